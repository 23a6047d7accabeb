import * as z from 'zod';
import type { Words } from '../base/words';
import { CLEAR_KEEPS } from '../domain/run/retention';
import { zEpoch, zNumber, zSaid, zStep } from './schema';

const zLrMode = z.enum(['scale', 'hold', 'plan']);

/**
 * What a host may request of a run, written to control/<id>.json. The trainer answers lr, stop, stop_after_epoch,
 * pause, close_mosaic; the keeper the rest.
 */
export const zControlRequest = z.discriminatedUnion('type', [
  /**
   * `value` is absolute, for `group` or for the weights group: scale keeps the planned shape, hold keeps the value,
   * plan goes back and does not take one. A value far above the plan needs `confirmed`.
   */
  z
    .object({
      type: z.literal('lr'),
      mode: zLrMode.default('scale'),
      value: z.number().positive().optional(),
      group: z.string().optional(),
      confirmed: z.boolean().optional(),
    })
    .refine(({ mode, value }) => mode === 'plan' || value !== undefined, 'value: expected a number above 0'),
  /** Back to the checkpoint of `epoch`, 0: to the beginning. The keeper decides what is absent. */
  z.object({
    type: z.literal('rewind'),
    epoch: z.number().int().min(0).optional(),
    lrFactor: z.number().positive().max(1).optional(),
    warmup: z.number().int().min(0).optional(),
  }),
  /** `why`: the run's reason from then on. A paused run is ended by it too. */
  z.object({ type: z.literal('stop'), why: zSaid }),
  z.object({ type: z.literal('stop_after_epoch') }),
  /** At the end of `epoch`; without one, or if that is over, as soon as possible. */
  z.object({ type: z.literal('pause'), epoch: zEpoch.optional() }),
  z.object({ type: z.literal('close_mosaic') }),
  z.object({ type: z.literal('patience'), value: z.number().int().min(0) }),
  z.object({ type: z.literal('validate'), epoch: zEpoch }),
  z.object({ type: z.literal('pin'), epoch: zEpoch, pinned: z.boolean() }),
  /** Of a run that has ended: its checkpoints but the best, those that are pinned, and with `last` the newest. */
  z.object({ type: z.literal('clear'), keep: z.enum(CLEAR_KEEPS) }),
]);
export type ControlRequest = z.infer<typeof zControlRequest>;

/** What a keeper could not read as a request, with the type that it named; a host of a later version may ask for it. */
export const zUnknownRequest = z.object({ type: z.literal('unknown'), named: z.string().optional() });
export type AnsweredRequest = ControlRequest | z.infer<typeof zUnknownRequest>;
/** What a keeper or an adapter answers to a request. */
export type RequestAnswer = { readonly ok: boolean; readonly said: Words };

export const zControlFile = z.object({
  id: z.string(),
  t: z.number(),
  from: z.string(),
  request: zControlRequest,
});
export type ControlFile = z.infer<typeof zControlFile>;

/** Requests that the keeper forwards to control/trainer/. */
export const TRAINER_REQUESTS: ReadonlySet<ControlRequest['type']> = new Set([
  'lr',
  'stop',
  'stop_after_epoch',
  'pause',
  'close_mosaic',
]);

/** A change of the LR as it was really applied: from `step` on, the curve of `group` (all groups if absent) is changed. */
export const zLrChange = z.object({
  step: zStep,
  mode: zLrMode,
  value: zNumber,
  group: z.string().optional(),
  /** Steps of a fresh warm-up, after a rewind. */
  warmup: z.number().int().min(0).optional(),
  /** Who requested it: cli, vscode, keeper. */
  by: z.string().optional(),
});
export type AppliedLrChange = z.infer<typeof zLrChange>;
