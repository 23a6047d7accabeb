import { firstProblems, hasErrors, type Problem } from '../../base/problem';
import { MOST_FAULTS } from '../yaml/document';
import { applyAliases } from './aliases';
import { checkEntries } from './check-entries';
import { lastOf } from './entries';
import { readOverrides } from './overrides';
import { readYaml } from './read-yaml';
import { resolveExperiment } from './resolve';
import { checkForTrainer } from './trainer-checks';
import { trainerKind } from './trainer-kind';
import type { Experiment } from './types';

export type ParseOptions = {
  /** Name shown in problems; `*.train.yaml` is Pitwall's own kind of file. */
  readonly file: string;
  /** `key=value` texts of the command line; they count over the file. */
  readonly set?: readonly string[];
};

export type ParsedExperiment = {
  /** Undefined while any problem is an error. `data` stays as written. */
  readonly experiment: Experiment | undefined;
  /** What could be read in spite of errors, defaults elsewhere: for pictures while typing, never to start a run. */
  readonly draft: Experiment;
  readonly problems: readonly Problem[];
};

/** An experiment file as values, with every problem at its place in the text. Never throws. */
export function parseExperiment(text: string, options: ParseOptions): ParsedExperiment {
  const yaml = readYaml(text, options.file);
  const overrides = readOverrides(options.set ?? []);
  // What --set replaces is not judged: the command line can mend a file.
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
    // Nobody knows what a broken text lacks.
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

/** A key that was written badly is not missing as well. */
function missingAware(found: readonly Problem[], bad: readonly Problem[]): readonly Problem[] {
  const named = new Set(bad.map((problem) => problem.key));
  return found.filter((problem) => problem.key === undefined || !named.has(problem.key));
}
