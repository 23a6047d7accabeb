import * as z from 'zod';
import { zEpoch } from './schema';
import { RUN_STATES } from './state-names';

/** Sweep folders of this format are read. */
export const SWEEP_FORMAT = 1;

// Anybody may have written a folder: its bounds keep what is made of it, trials by keys and by rungs, small.
const MOST_TRIALS = 1000;
const MOST_KEYS = 64;
const zSettings = z
  .record(z.string().max(200), z.json())
  .refine((settings) => Object.keys(settings).length <= MOST_KEYS, `more than ${MOST_KEYS} settings`);
const zSweepEpoch = zEpoch.max(1_000_000);
/** Of a metric. */
const zScore = z.number().min(0).max(1);

/** sweep.json: written once, when the sweep begins. */
export const zSweepFile = z.object({
  format: z.literal(SWEEP_FORMAT),
  created: z.number(),
  /** The sweep file and the experiment, absolute, each with its text at the start. */
  file: z.string(),
  text: z.string(),
  experiment: z.object({ file: z.string(), text: z.string() }),
  metric: z.enum(['map', 'map50', 'precision', 'recall']),
  rule: z.enum(['halving', 'asha', 'none']),
  reduction: z.number().int().min(2),
  rungs: z.array(zSweepEpoch).max(32),
  epochs: zSweepEpoch,
  /** Settings of each trial; those of trial 0 are none. */
  trials: z.array(zSettings).min(1).max(MOST_TRIALS),
  pitwall: z.string(),
});
export type SweepFile = z.infer<typeof zSweepFile>;

const t = z.number();
const zTrial = z
  .number()
  .int()
  .min(0)
  .max(MOST_TRIALS - 1);

/** sweep.jsonl: what the driver did, and why. Without `t` the lines of a sweep by halving are the same each time. */
export const zSweepEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('trial'), t, trial: zTrial, settings: zSettings }),
  /** The metric of a trial at a rung. */
  z.object({ type: z.literal('judged'), t, rung: zSweepEpoch, trial: zTrial, value: zScore }),
  z.object({
    type: z.literal('stopped'),
    t,
    rung: zSweepEpoch,
    trial: zTrial,
    value: zScore,
    /** Of those that go on the lowest; by asha the quantile of those before it. */
    cutoff: zScore,
  }),
  /** It ended by itself, or a person ended it. */
  z.object({
    type: z.literal('ended'),
    t,
    trial: zTrial,
    state: z.enum(RUN_STATES),
    reason: z.string().optional(),
  }),
  z.object({
    type: z.literal('end'),
    t,
    best: z.object({ trial: zTrial, epoch: zSweepEpoch, value: zScore }).nullable(),
    /** Trained by all trials together, and what all would have trained. */
    epochs: z.number().int().min(0),
    of: z.number().int().min(1),
  }),
]);
export type SweepEntry = z.infer<typeof zSweepEntry>;

export const trialName = (trial: number): string => String(trial).padStart(3, '0');
