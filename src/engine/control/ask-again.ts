import type { ControlRequest } from '../../run/requests';
import type { RunState } from '../../run/state';
import { viewRun } from '../runs/view-run';
import { askRun } from './ask';

/**
 * A trainer knows only what it was asked itself. If an engine has ended it, the one that goes on is asked again to pause at an epoch,
 * or to stop after one: a sweep may see too late that a trial was begun again.
 */
export async function askAgain(dir: string): Promise<void> {
  const { state } = await viewRun(dir);
  const request = standingRequest(state);
  if (request) await askRun(dir, request, 'cli');
}

/** Of the latest attempt, and not carried out; a stop that a person asks for ends it. */
export function standingRequest({
  keeper,
  hello,
  end,
  checkpoints,
}: Pick<RunState, 'keeper' | 'hello' | 'end' | 'checkpoints'>): ControlRequest | undefined {
  if (!hello || end?.reason === 'paused') return undefined;
  const latest = keeper.findLast(
    (entry) => entry.type === 'answer' && entry.ok && entry.t >= hello.t && isOfItsEnd(entry.request),
  );
  if (latest?.type !== 'answer' || latest.request.type === 'unknown') return undefined;
  const { request } = latest;
  const isOver = request.type === 'pause' && Math.max(...checkpoints.keys()) >= (request.epoch ?? 0);
  return request.type === 'stop' || isOver ? undefined : request;
}

/** What ends a trainer later, and what calls that off. A stop with a reason is a program's. */
function isOfItsEnd(request: { readonly type: string } | ControlRequest): boolean {
  if (request.type === 'stop') return !('why' in request && request.why);
  if (request.type === 'pause') return 'epoch' in request && request.epoch !== undefined;
  return request.type === 'stop_after_epoch';
}
