import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import { updateMeta } from '../../run/folder/whole-file';
import { FINAL_STATES } from '../../run/state-names';
import { listRuns, type RunSummary } from '../runs/list-runs';
import { isLeft, turnOf, waitingRuns } from './queue';
import { inQueue } from './queue-folder';

/** The place that a waiting run is to get; places count from 1. */
export type Move =
  | { readonly kind: 'up' | 'down' | 'first' | 'last' }
  | { readonly kind: 'to'; readonly place: number };

export type Moved = { readonly place: number; readonly of: number };

/**
 * Gives a waiting run another place among those that wait. The run's own meta.json says where, so that a host that dies leaves the
 * old order or the new. Throws one line if it does not wait.
 */
export function moveInQueue(dir: string, move: Move): Promise<Moved> {
  const runsDir = path.dirname(path.resolve(dir));
  return inQueue(runsDir, async () => {
    const { runs } = await listRuns(runsDir);
    const waiting = waitingRuns(runs);
    const from = waiting.findIndex((one) => one.name === path.basename(dir));
    if (from < 0) throw new WordedError(whyNot(runs, path.basename(dir)));
    const to = placeOf(move, from, waiting.length);
    if (to !== from) await place(waiting, from, to);
    return { place: to + 1, of: waiting.length };
  });
}

function whyNot(runs: readonly RunSummary[], name: string): Words {
  const found = runs.find((one) => one.name === name);
  if (found && isLeft(found))
    return words('run {0} was left waiting: pitwall queue run lets it wait on', name);
  if (!found || FINAL_STATES.has(found.presence.state))
    return words('run {0} has ended: it is not in the queue', name);
  return words('run {0} does not wait any more: its turn has come', name);
}

function placeOf(move: Move, from: number, count: number): number {
  const wanted = {
    ...{ up: from - 1, down: from + 1, first: 0, last: count - 1 },
    to: move.kind === 'to' ? move.place - 1 : from,
  }[move.kind];
  return Math.min(Math.max(wanted, 0), count - 1);
}

/** One file is written, unless two neighbours have no number between them. */
async function place(waiting: readonly RunSummary[], from: number, to: number): Promise<void> {
  const order = waiting.toSpliced(from, 1).toSpliced(to, 0, waiting[from]);
  const turn = between(order[to - 1], order[to + 1]);
  if (turn !== undefined) await updateMeta(waiting[from].dir, { turn });
  else await spread(order);
}

/** What a run joins the queue with is the time, in ms: those that come later stay behind. */
function between(before: RunSummary | undefined, after: RunSummary | undefined): number | undefined {
  if (!before) return after && turnOf(after) - 1;
  if (!after) return turnOf(before) + 1;
  const [low, high] = [turnOf(before), turnOf(after)];
  const turn = low + (high - low) / 2;
  return turn > low && turn < high ? turn : undefined;
}

async function spread(order: readonly RunSummary[]): Promise<void> {
  const first = Math.min(...order.map(turnOf)) - order.length;
  for (const [i, { dir }] of order.entries()) await updateMeta(dir, { turn: first + i });
}
