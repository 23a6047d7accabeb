import { type Budget, spend } from './context';
import { unknown, type Value } from './value';

/** A training script's longest lists are milestones and groups; a range() of every step of a run is not written out. */
export const LONGEST_LIST = 10_000;

/** The one door to a list: it is paid for by its length before it is made, and one that is too long is not known. */
export function createList(length: number, budget: Budget, make: () => readonly Value[]): Value {
  if (!(length <= LONGEST_LIST) || !spend(budget, length)) return unknown('[...]');
  return { kind: 'list', items: make() };
}
