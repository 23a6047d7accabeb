import { type Problem, worded } from '../../base/problem';
import { words } from '../../base/words';
import { place } from './check-entries';
import { shown } from './describe-value';
import type { Entry } from './entries';
import type { TrainerKind } from './types';

type Alias = {
  readonly theirs: string;
  readonly ours: string;
  /** Trainers that it is so for; absent: all. */
  readonly trainers?: readonly TrainerKind[];
  translate(value: unknown): unknown;
};

/** Ultralytics' key is the default of ours. `undefined` says nothing. */
const ALIASES: readonly Alias[] = [
  { theirs: 'patience', ours: 'early_stop.patience', translate: (v) => v },
  { theirs: 'val', ours: 'validation.enabled', translate: (v) => v },
  { theirs: 'half', ours: 'validation.half', translate: (v) => (v === null ? undefined : v ? 'on' : 'off') },
  // Ultralytics writes a checkpoint after every epoch in any case, to go on from, and keeps each n-th beside it.
  { theirs: 'save_period', ours: 'checkpoints.keep_every', trainers: ['ultralytics'], translate: atLeastOne },
  {
    theirs: 'save_period',
    ours: 'checkpoints.every',
    trainers: ['builtin', 'command'],
    translate: atLeastOne,
  },
];

function atLeastOne(value: unknown): unknown {
  return Number(value) >= 1 ? value : undefined;
}

/** Adds our key where only Ultralytics' was written; both and different is a warning at both places, and ours wins. */
export function applyAliases(
  entries: ReadonlyMap<string, Entry>,
  trainer: TrainerKind,
): {
  readonly entries: ReadonlyMap<string, Entry>;
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

function translated(entry: Entry | undefined, alias: Alias): Entry | undefined {
  const value = entry === undefined ? undefined : alias.translate(entry.value);
  return entry === undefined || value === undefined ? undefined : { ...entry, value };
}

// What was typed on the command line is meant, whichever of the two names it uses.
function overrides(theirs: Entry, ours: Entry): boolean {
  return theirs.file === '--set' && ours.file !== '--set';
}

function conflict(theirs: Entry, ours: Entry, winner: Entry): Problem[] {
  const said = words(
    '{0} ({1}) and {2} ({3}) differ; {4} counts',
    ...[theirs.key, shown(theirs.value), ours.key, shown(ours.value), winner.key],
  );
  return [theirs, ours].map((entry) => ({ severity: 'warning', ...worded(said), ...place(entry) }));
}
