import { type Words, words } from '../../../base/words';
import { weightsGroup } from '../../../domain/schedule/lr-changes';
import { describeLrChange } from '../../../domain/schedule/lr-preview';
import type { Schedule } from '../../../domain/schedule/types';
import { targetAt } from '../../../domain/schedule/types';
import type { AppliedLrChange, ControlRequest } from '../../../run/requests';

/** Requests that this trainer supports; `hello` lists them. */
export const ANSWERED_REQUESTS = ['lr', 'stop', 'stop_after_epoch', 'pause', 'close_mosaic'] as const;

/** The state of the loop between two steps. */
export type LoopPosition = {
  /** The next step. */
  readonly step: number;
  readonly epoch: number;
  /** As planned at first, and the changes since. */
  readonly planned: Schedule;
  readonly changes: readonly AppliedLrChange[];
  /** Who requests it. */
  readonly by: string;
};

export type RequestResult = {
  readonly ok: boolean;
  readonly said: Words;
  readonly applied?: AppliedLrChange;
  readonly leave?: Leave;
};

/** The loop ends: at once, or at the end of an epoch. */
export type Leave = { readonly reason: 'stopped' | 'paused' } & (
  | { readonly when: 'now' }
  | { readonly when: 'epoch'; readonly epoch: number }
);

/** The effect of a request at a step boundary. */
export function applyRequest(request: ControlRequest, at: LoopPosition): RequestResult {
  switch (request.type) {
    case 'lr':
      return changeLr(request, at);
    case 'stop':
      return {
        ok: true,
        said: words('stops before step {0}', at.step),
        leave: { reason: 'stopped', when: 'now' },
      };
    case 'stop_after_epoch':
      return {
        ok: true,
        said: words('stops at the end of epoch {0}', at.epoch),
        leave: { reason: 'stopped', when: 'epoch', epoch: at.epoch },
      };
    case 'pause':
      return pause(request, at);
    case 'close_mosaic':
      return { ok: true, said: words('mosaic and mixup are closed from step {0} on', at.step) };
    default:
      return { ok: false, said: words('the trainer cannot do {0}', request.type) };
  }
}

function pause({ epoch = 0 }: Extract<ControlRequest, { type: 'pause' }>, at: LoopPosition): RequestResult {
  if (epoch >= at.epoch)
    return {
      ok: true,
      said: words('pauses at the end of epoch {0}', epoch),
      leave: { reason: 'paused', when: 'epoch', epoch },
    };
  return {
    ok: true,
    said: words('pauses before step {0}', at.step),
    leave: { reason: 'paused', when: 'now' },
  };
}

function changeLr(request: Extract<ControlRequest, { type: 'lr' }>, at: LoopPosition): RequestResult {
  const { step, planned, changes, by } = at;
  const { mode, group } = request;
  const reference = group === undefined ? weightsGroup(planned) : planned.groups.indexOf(group);
  if (reference < 0) {
    const said = words(
      'there is no parameter group {0}: expected {1}',
      group ?? '',
      planned.groups.join(', '),
    );
    return { ok: false, said };
  }
  const target = targetAt(planned, step, reference);
  if (mode === 'scale' && !(target > 0))
    return {
      ok: false,
      said: words('the planned LR of step {0} is 0 and cannot be scaled: hold a value', step),
    };
  const { value = target } = request;
  const change: AppliedLrChange = { step, mode, value, ...(group !== undefined && { group }), by };
  return { ok: true, said: describeLrChange({ schedule: planned, changes, change }), applied: change };
}
