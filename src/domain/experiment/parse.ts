import { firstProblems, hasErrors, type Problem, worded } from '../../base/problem';
import { words } from '../../base/words';
import { MOST_FAULTS } from '../yaml/document';
import { checkEntries, place } from './check-entries';
import { shown } from './describe-value';
import { type KeyEntry, lastOf } from './entries';
import { readOverrides } from './overrides';
import { readYaml } from './read-yaml';
import { resolveExperiment } from './resolve';
import { checkForTrainer } from './trainer-checks';
import { trainerKind } from './trainer-kind';
import type { Experiment, TrainerKind } from './types';

type Alias = {
  readonly theirs: string;
  readonly ours: string;
  /** Trainers for which this holds; absent: all. */
  readonly trainers?: readonly TrainerKind[];
  translate(value: unknown): unknown;
};

/** Ultralytics' key is the default of ours. `undefined` sets nothing. */
const ALIASES: readonly Alias[] = [
  { theirs: 'patience', ours: 'early_stop.patience', translate: (v) => v },
  { theirs: 'val', ours: 'validation.enabled', translate: (v) => v },
  { theirs: 'half', ours: 'validation.half', translate: (v) => (v === null ? undefined : v ? 'on' : 'off') },
  // Ultralytics always writes a checkpoint after every epoch, to resume from, and keeps each n-th beside it.
  { theirs: 'save_period', ours: 'checkpoints.keep_every', trainers: ['ultralytics'], translate: atLeastOne },
  {
    theirs: 'save_period',
    ours: 'checkpoints.every',
    trainers: ['builtin', 'command'],
    translate: atLeastOne,
  },
];

export type ParseOptions = {
  /** Name shown in problems; `*.train.yaml` is Pitwall's own kind of file. */
  readonly file: string;
  /** `key=value` texts of the command line; they override the file. */
  readonly set?: readonly string[];
};

export type ParsedExperiment = {
  /** Undefined while any problem is an error. `data` stays as written. */
  readonly experiment: Experiment | undefined;
  /** What could be read in spite of errors, with defaults elsewhere: for pictures while typing, never to start a run. */
  readonly draft: Experiment;
  readonly problems: readonly Problem[];
};

/** An experiment file as values, with every problem at its place in the text. Never throws. */
export function parseExperiment(text: string, options: ParseOptions): ParsedExperiment {
  const yaml = readYaml(text, options.file);
  const overrides = readOverrides(options.set ?? []);
  // What --set replaces is not checked: the command line can correct a file.
  const replaced = new Set(overrides.entries.map((entry) => entry.key));
  const written = yaml.entries.filter((entry) => !replaced.has(entry.key));
  const checked = checkEntries([...written, ...overrides.entries]);
  const entries = lastOf(checked.entries);
  const trainer = trainerKind(entries, options.file);
  const aliased = applyAliases(entries, trainer.kind);
  const explicit = [...entries.values()].filter((entry) => entry.value !== null).map((entry) => entry.key);
  const problems = [
    ...yaml.problems,
    ...overrides.problems,
    ...checked.problems,
    ...trainer.problems,
    ...aliased.problems,
    // What a broken text lacks cannot be known.
    ...(hasErrors(yaml.problems)
      ? []
      : missingAware(checkForTrainer(aliased.entries, trainer.kind, options.file), checked.problems)),
  ];
  const draft = resolveExperiment(aliased.entries, explicit, trainer.kind);
  return {
    experiment: hasErrors(problems) ? undefined : draft,
    draft,
    problems: firstProblems(problems, MOST_FAULTS),
  };
}

/** A key with a wrong value is not reported as missing as well. */
function missingAware(found: readonly Problem[], bad: readonly Problem[]): readonly Problem[] {
  const named = new Set(bad.map((problem) => problem.key));
  return found.filter((problem) => problem.key === undefined || !named.has(problem.key));
}

function atLeastOne(value: unknown): unknown {
  return Number(value) >= 1 ? value : undefined;
}

/**
 * Adds our key if only Ultralytics' was written; if both were and they differ, both places get a warning and ours wins.
 */
function applyAliases(
  entries: ReadonlyMap<string, KeyEntry>,
  trainer: TrainerKind,
): {
  readonly entries: ReadonlyMap<string, KeyEntry>;
  readonly problems: readonly Problem[];
} {
  const merged = new Map(entries);
  const problems: Problem[] = [];
  for (const alias of ALIASES.filter(
    ({ trainers }) => trainers === undefined || trainers.includes(trainer),
  )) {
    const theirs = translated(entries.get(alias.theirs), alias);
    if (theirs === undefined) continue;
    const ours = entries.get(alias.ours) ?? theirs;
    const winner = overrides(theirs, ours) ? theirs : ours;
    merged.set(alias.ours, { ...winner, key: alias.ours });
    if (ours.value !== theirs.value) problems.push(...conflict(theirs, ours, winner));
  }
  return { entries: merged, problems };
}

function translated(entry: KeyEntry | undefined, alias: Alias): KeyEntry | undefined {
  const value = entry === undefined ? undefined : alias.translate(entry.value);
  return entry === undefined || value === undefined ? undefined : { ...entry, value };
}

// The command line wins, whichever of the two names it uses.
function overrides(theirs: KeyEntry, ours: KeyEntry): boolean {
  return theirs.file === '--set' && ours.file !== '--set';
}

function conflict(theirs: KeyEntry, ours: KeyEntry, winner: KeyEntry): Problem[] {
  const said = words(
    '{0} ({1}) and {2} ({3}) differ; {4} counts',
    ...[theirs.key, shown(theirs.value), ours.key, shown(ours.value), winner.key],
  );
  return [theirs, ours].map((entry) => ({ severity: 'warning', ...worded(said), ...place(entry) }));
}
