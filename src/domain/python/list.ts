import { type Budget, spend } from './context';
import { unknown, type Value } from './value';

/** A training script's longest lists are milestones and groups; a range() of every step of a run is not expanded. */
export const LONGEST_LIST = 10_000;

/**
 * The only place that makes a list: its length is taken from the budget first, and a list that is too long is not
 * known.
 */
export function createList(length: number, budget: Budget, make: () => readonly Value[]): Value {
  if (!(length <= LONGEST_LIST) || !spend(budget, length)) return unknown('[...]');
  return { kind: 'list', items: make() };
}
