import path from 'node:path';
import { type Contender, type Slots, shareDevice, type Turn, turnsOf } from '../../domain/run/turns';
import { hasBegun } from '../../run/kind';
import { FINAL_STATES } from '../../run/state-names';
import type { RunSummary } from '../runs/list-runs';

/** A run that goes on or waits for its turn. */
export type QueuedRun = Pick<RunSummary, 'dir' | 'name' | 'run' | 'presence' | 'status'> & {
  /** Place among those that wait, from 1; undefined: it goes on. */
  readonly place: number | undefined;
  /** Name of the run before it; undefined: it goes on. */
  readonly behind: string | undefined;
};

/**
 * The runs of a folder that have not ended: those that go on, then those that wait in the order of their turns. The order is in
 * their meta.json files and each keeper waits by itself, so the queue outlives every host.
 */
export function queueOf(runs: readonly RunSummary[]): QueuedRun[] {
  const { going, waiting } = partsOf(runs);
  const inOrder = [...going, ...waiting];
  return inOrder.map((one, i) => {
    const n = i - going.length;
    const before = n === 0 ? holderOf(going, one) : inOrder[i - 1];
    return n < 0
      ? { ...one, place: undefined, behind: undefined }
      : { ...one, place: n + 1, behind: before?.name };
  });
}

type QueueParts = { readonly going: readonly RunSummary[]; readonly waiting: readonly RunSummary[] };

/** What a cluster keeps has a queue of its own. */
function partsOf(runs: readonly RunSummary[]): QueueParts {
  const live = runs.filter((one) => isLive(one) && one.run.target === undefined);
  const going = live.filter((one) => !isWaiting(one)).toSorted((a, b) => a.run.created - b.run.created);
  return { going, waiting: live.filter(isWaiting).toSorted(byTurn) };
}

export function waitingRuns(runs: readonly RunSummary[]): readonly RunSummary[] {
  return partsOf(runs).waiting;
}

/** Its turn has not come. One of an earlier version waits as long as the run does that it is queued behind. */
export function isWaiting({ run, status, presence }: RunSummary): boolean {
  const hasBegun = status?.turn !== undefined || status?.trainer !== undefined;
  return run.after !== undefined && presence.state === 'starting' && !hasBegun;
}

/** It waited, or was about to begin, when the machine or its keeper was ended: nothing of it has been trained. */
export function isLeft({ run, status, presence }: RunSummary): boolean {
  const isLost = run.after !== undefined && presence.state === 'lost';
  return isLost && status !== undefined && !hasBegun(status);
}

export const turnOf = ({ run, meta }: RunSummary): number => meta.turn ?? run.created;

/** Two of one turn, of hosts that moved at once, have an order all the same. */
export function byTurn(a: RunSummary, b: RunSummary): number {
  return turnOf(a) - turnOf(b) || a.run.created - b.run.created || (a.name < b.name ? -1 : 1);
}

export type TurnAnswer =
  | { readonly kind: 'come'; readonly turn: Turn }
  | { readonly kind: 'waits'; readonly place: number }
  /** It is not among the runs that can be read now. */
  | { readonly kind: 'unknown' };

/** Whether the turn of a waiting run has come. */
export function waitedOf(runs: readonly RunSummary[], dir: string, slots: Slots | undefined): TurnAnswer {
  const { going, waiting } = partsOf(runs);
  const n = waiting.findIndex((one) => one.dir === dir);
  if (n < 0) return { kind: 'unknown' };
  const [holders, others] = [going.filter((one) => holds(one, waiting[n])), waiting.filter(isHere)];
  const turns = turnsOf(holders.map(contender), others.map(contender), slots);
  const turn = turns[others.indexOf(waiting[n])];
  return turn ? { kind: 'come', turn } : { kind: 'waits', place: n + 1 };
}

const isHere = ({ presence }: RunSummary): boolean => presence.where !== 'elsewhere';

/** Another machine's run, or one that is only followed, holds back the run alone that was queued behind it. */
function holds(one: RunSummary, waiting: RunSummary): boolean {
  const isAhead = waiting.run.after !== undefined && path.basename(waiting.run.after) === one.name;
  return isAhead || (isHere(one) && one.run.follows === undefined);
}

const contender = ({ run, status }: RunSummary): Contender => ({
  device: run.experiment.resolved.device,
  turn: status?.turn,
});

function holderOf(going: readonly RunSummary[], first: RunSummary): RunSummary | undefined {
  const device = (one: RunSummary): string => one.run.experiment.resolved.device;
  return going.findLast((one) => holds(one, first) && shareDevice(device(one), device(first)));
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
