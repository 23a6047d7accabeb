import type { Translate } from '../../base/translate';
import type { PyNode } from './node';
import { type Scope, unknown, type Value } from './value';

/** One reading of one file. Parts that need each other meet here, so that no two files import one another. */
export type Context = {
  readonly root: PyNode;
  readonly t: Translate;
  readonly budget: Budget;
  evaluate(node: PyNode, scope: Scope): Value;
  call(callee: Value, args: Arguments): Value;
  /** What a call of a library's class or function makes; undefined if the name is not known. */
  construct(name: string, args: Arguments, node: PyNode): Value | undefined;
  /** Something was assumed; it is reported once. A placeholder replaces what the file does not say at all. */
  assume(note: string, kind?: 'placeholder'): void;
};

export type Arguments = { readonly positional: readonly Value[]; readonly named: ReadonlyMap<string, Value> };

/**
 * The work that may still be done: `left` until this call or this reading of the file is given up, `calls` in all calls
 * of functions together, so that neither an endless loop nor a slow recursion holds up the hover. A step is a node that
 * is evaluated, an element that is made, copied or compared, or 64 characters that are read.
 */
export type Budget = { left: number; calls: number; depth: number };

/** Takes `steps` from a budget; false once it is used up. */
export function spend(budget: Budget, steps: number): boolean {
  budget.left -= steps;
  return budget.left > 0;
}

export const BUDGET = 200_000;
/** A quarter of a second at most. A schedule calls its function up to 20,000 times, at some 20 steps a call. */
export const CALLS_BUDGET = 500_000;
/** Nested evaluations; a name that leads back to itself ends here. */
export const DEPTH = 120;

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
