import path from 'node:path';
import { FINAL_STATES } from '../../run/state-names';
import type { RunSummary } from '../runs/list-runs';

/** A run that goes on or waits for its turn. */
export type QueuedRun = Pick<RunSummary, 'dir' | 'name' | 'run' | 'presence'> & {
  /** Name of the run that must end before; undefined: it goes on. */
  readonly behind: string | undefined;
};

/**
 * The runs of a folder that have not ended, in the order of their turns: each one that waits comes after the one that it waits for.
 * The chain is in their run.json files and each keeper waits by itself, so the queue outlives every host.
 */
export function queueOf(runs: readonly RunSummary[]): QueuedRun[] {
  // What a cluster keeps has a queue of its own.
  const live = runs.filter((one) => isLive(one) && one.run.target === undefined);
  const waitsFor = (one: RunSummary): RunSummary | undefined => liveBefore(runs, one.run.after);
  const inOrder: RunSummary[] = [];
  const add = (one: RunSummary): void => {
    if (inOrder.includes(one)) return;
    inOrder.push(one);
    for (const next of oldestFirst(live.filter((other) => waitsFor(other) === one))) add(next);
  };
  for (const first of oldestFirst(live.filter((one) => waitsFor(one) === undefined))) add(first);
  return inOrder.map((one) => ({ ...one, behind: waitsFor(one)?.name }));
}

/**
 * The run in a folder that goes on, or the one that it waited for itself: if it was taken out of the queue before its turn,
 * those behind it wait for that one.
 */
export function liveBefore(
  runs: readonly RunSummary[],
  after: string | undefined,
  passed: readonly string[] = [],
): RunSummary | undefined {
  if (after === undefined || passed.includes(after)) return undefined;
  const before = runs.find(({ name }) => name === path.basename(after));
  if (!before || isLive(before)) return before;
  return liveBefore(runs, before.run.after, [...passed, after]);
}

const isLive = ({ presence }: RunSummary): boolean => !FINAL_STATES.has(presence.state);

const oldestFirst = (runs: readonly RunSummary[]): RunSummary[] =>
  runs.toSorted((a, b) => a.run.created - b.run.created);
