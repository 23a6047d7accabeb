import { MAIN_GROUP, mainGroup } from '../domain/schedule/summary';
import type { RunState } from './state';

/** What was applied to the main group, else to the first one; undefined before the first step. */
export function mainRates({ steps }: Pick<RunState, 'steps'>) {
  return steps.lr.get(MAIN_GROUP) ?? steps.lr.values().next().value;
}

/** The same groups, the main one first. */
export function mainFirst(groups: readonly string[]): readonly string[] {
  const main = groups[mainGroup({ groups })];
  return main === undefined ? groups : [main, ...groups.filter((group) => group !== main)];
}
