import { type Words, words } from '../../base/words';
import type { ValidationSettings } from '../experiment/types';

export type QueueInput = {
  /** Epochs with a checkpoint that is there, ascending. */
  readonly checkpoints: readonly number[];
  /** Validated, or given up after the restarts. */
  readonly done: ReadonlySet<number>;
  readonly skipped: ReadonlySet<number>;
  /** Requested by a person: validated first, and again if it already was. */
  readonly asked: readonly number[];
  readonly validating: number | undefined;
  readonly settings: Pick<ValidationSettings, 'enabled' | 'every' | 'backlog'>;
  readonly lastEpoch: number | undefined;
  readonly trainerEnded: boolean;
};

export type QueuePlan = {
  /** What to validate now; undefined while something is being validated, or with nothing to do. */
  readonly next: number | undefined;
  readonly waiting: readonly number[];
  readonly skip: readonly { readonly epoch: number; readonly said: Words }[];
};

/** Which checkpoint is validated next, which wait, and which are skipped. */
export function planValidation(input: QueueInput): QueuePlan {
  const { asked, validating, settings } = input;
  const due = settings.enabled ? input.checkpoints.filter((epoch) => isDue(epoch, input)) : [];
  const pending = due.filter((epoch) => epoch !== validating && !asked.includes(epoch));
  const waiting = [...asked.filter((epoch) => epoch !== validating), ...pending];
  const notDue = skipNotDue(input);
  if (validating !== undefined || waiting.length === 0) return { next: undefined, waiting, skip: notDue };
  if (asked.length > 0 || settings.backlog === 'all')
    return { next: waiting[0], waiting: waiting.slice(1), skip: notDue };
  const next = pending.at(-1);
  const said = words('epoch {0} came before its turn', next ?? 0);
  const passed = pending.slice(0, -1).map((epoch) => ({ epoch, said }));
  return { next, waiting: [], skip: [...notDue, ...passed] };
}

/** Each `every`-th epoch and the last one; if the trainer ended early, the newest checkpoint is the last. */
function isDue(epoch: number, input: QueueInput): boolean {
  const { done, skipped, settings, lastEpoch, trainerEnded } = input;
  if (done.has(epoch)) return false;
  if (trainerEnded && epoch === input.checkpoints.at(-1)) return true;
  return !skipped.has(epoch) && (epoch % settings.every === 0 || epoch === lastEpoch);
}

function skipNotDue(input: QueueInput): QueuePlan['skip'] {
  const { settings, done, skipped, asked, validating } = input;
  if (!settings.enabled) return [];
  const said = words('validation.every is {0}', settings.every);
  return input.checkpoints
    .filter((epoch) => !done.has(epoch) && !skipped.has(epoch) && !isDue(epoch, input))
    .filter((epoch) => epoch !== validating && !asked.includes(epoch))
    .map((epoch) => ({ epoch, said }));
}
