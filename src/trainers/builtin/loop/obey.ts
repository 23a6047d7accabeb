import type { Schedule } from '../../../domain/schedule/types';
import type { ControlRequest, LrChange } from '../../../run/requests';

/** Requests that this trainer obeys; `hello` tells them. */
export const KNOBS = ['lr', 'stop', 'stop_after_epoch', 'pause', 'close_mosaic'] as const;

/** Where the loop stands between two steps. */
export type Standing = {
  /** The step that comes next. */
  readonly step: number;
  readonly epoch: number;
  readonly schedule: Schedule;
};

export type Obedience = {
  readonly ok: boolean;
  readonly message: string;
  readonly applied?: LrChange;
  /** The loop ends: at once, or when the epoch is over. */
  readonly leave?: { readonly reason: 'stopped' | 'paused'; readonly when: 'now' | 'epoch' };
};

/** What a request means at a step boundary. */
export function obey(request: ControlRequest, at: Standing): Obedience {
  switch (request.type) {
    case 'lr':
      return changeLr(request, at);
    case 'stop':
      return {
        ok: true,
        message: `stops before step ${at.step}`,
        leave: { reason: 'stopped', when: 'now' },
      };
    case 'stop_after_epoch':
      return {
        ok: true,
        message: `stops at the end of epoch ${at.epoch}`,
        leave: { reason: 'stopped', when: 'epoch' },
      };
    case 'pause':
      return {
        ok: true,
        message: `pauses before step ${at.step}`,
        leave: { reason: 'paused', when: 'now' },
      };
    case 'close_mosaic':
      return { ok: true, message: `mosaic and mixup are closed from step ${at.step} on` };
    default:
      return { ok: false, message: `the trainer cannot do ${request.type}` };
  }
}

function changeLr(request: Extract<ControlRequest, { type: 'lr' }>, { step, schedule }: Standing): Obedience {
  const { mode, value, group } = request;
  if (group !== undefined && !schedule.groups.includes(group)) {
    const message = `there is no parameter group ${group}: expected ${schedule.groups.join(', ')}`;
    return { ok: false, message };
  }
  const what = group === undefined ? 'LR' : `LR of ${group}`;
  const rest = mode === 'hold' ? 'and stays there' : 'and the rest of the curve is scaled with it';
  return {
    ok: true,
    message: `${what} is ${value} from step ${step} on, ${rest}`,
    applied: { step, mode, value, ...(group === undefined ? {} : { group }) },
  };
}
