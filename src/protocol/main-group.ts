import type { RunState } from './run-state';

// The LR that people mean is the weights'. It need not be the first group: MuSGD's boosted part stands before it, and
// before Ultralytics 8.4 the biases did.

const MAIN = 'weights';

/** What was applied to the weights, else to the first group; undefined before the first step. */
export function mainRates({ steps }: Pick<RunState, 'steps'>) {
  return steps.lr.get(MAIN) ?? steps.lr.values().next().value;
}

/** Place of the main group among the groups of a schedule. */
export function mainIndex(groups: readonly string[]): number {
  return Math.max(0, groups.indexOf(MAIN));
}

/** The same groups, the main one first. */
export function mainFirst(groups: readonly string[]): readonly string[] {
  const main = groups[mainIndex(groups)];
  return main === undefined ? groups : [main, ...groups.filter((group) => group !== main)];
}
