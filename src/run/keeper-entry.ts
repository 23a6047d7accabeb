import * as z from 'zod';
import { NEWS_KINDS } from '../domain/notify/news';
import { ALARM_ACTIONS } from '../domain/run/alarm';
import { zControlRequest, zUnknownRequest } from './requests';
import { zEpoch, zNumber, zRunPath, zSaid, zStep } from './schema';

const t = z.number();
/** No machine has more; a line with thousands is a stranger's. */
const MOST_CARDS = 64;
/** keeper.jsonl: alerts, answers and decisions. */
export const zKeeperEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('keeper'),
    t,
    pid: z.number().int(),
    attempt: z.number().int(),
    message: z.string(),
    said: zSaid,
  }),
  z.object({
    type: z.literal('alert'),
    t,
    rule: z.string(),
    severity: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    /** The message and the advice as values that every language has words for. */
    said: zSaid,
    next: zSaid,
    /** What hosts offer beside it; one of a later version is left out. */
    action: z.enum(ALARM_ACTIONS).optional().catch(undefined),
    step: zStep.optional(),
    epoch: zEpoch.optional(),
    numbers: z.record(z.string(), zNumber).default({}),
  }),
  z.object({
    type: z.literal('answer'),
    t,
    id: z.string(),
    request: zControlRequest.or(zUnknownRequest),
    ok: z.boolean(),
    message: z.string(),
    said: zSaid,
  }),
  z.object({ type: z.literal('best'), t, epoch: zEpoch, map: zNumber, path: zRunPath }),
  z.object({
    type: z.literal('early_stop'),
    t,
    epoch: zEpoch,
    bestEpoch: zEpoch,
    metric: z.string(),
    message: z.string(),
    said: zSaid,
  }),
  z.object({
    type: z.literal('cleanup'),
    t,
    epoch: zEpoch,
    path: zRunPath,
    bytes: z.number(),
    reason: z.string(),
    said: zSaid,
  }),
  z.object({
    type: z.literal('rewind'),
    t,
    /** 0: to the beginning. */
    epoch: z.number().int().min(0),
    lrFactor: zNumber,
    warmup: z.number().int(),
    message: z.string(),
    said: zSaid,
    by: z.string(),
  }),
  z.object({ type: z.literal('pin'), t, epoch: zEpoch, pinned: z.boolean() }),
  /** What the cards that this run sees do, every few seconds; bytes, percent, degrees and watts. */
  z.object({
    type: z.literal('gpu'),
    t,
    cards: z
      .array(
        z.object({
          index: z.number().int(),
          name: z.string(),
          used: zNumber,
          total: zNumber,
          /** Of the run's own processes; absent if that is not known. */
          own: zNumber.optional(),
          busy: zNumber.optional(),
          celsius: zNumber.optional(),
          watts: zNumber.optional(),
          mostWatts: zNumber.optional(),
        }),
      )
      .max(MOST_CARDS),
  }),
  /** What was sent to the user's own channels; what is not known of it is not counted. */
  z.object({ type: z.literal('notified'), t, kind: z.enum(NEWS_KINDS), channels: z.array(z.string()) }),
]);
export type KeeperEntry = z.infer<typeof zKeeperEntry>;
