import * as z from 'zod';
import { zEpoch, zNumber } from './schema';
import { RUN_STATES } from './state-names';

/** Sweep folders of this format are read. */
export const SWEEP_FORMAT = 1;

const zSettings = z.record(z.string(), z.json());

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
  rungs: z.array(zEpoch),
  epochs: zEpoch,
  /** Settings of each trial; those of trial 0 are none. */
  trials: z.array(zSettings).min(1).max(1000),
  pitwall: z.string(),
});
export type SweepFile = z.infer<typeof zSweepFile>;

const t = z.number();
const zTrial = z.number().int().min(0);

/** sweep.jsonl: what the driver did, and why. Without `t` the lines of a sweep by halving are the same each time. */
export const zSweepEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('trial'), t, trial: zTrial, settings: zSettings }),
  /** The metric of a trial at a rung. */
  z.object({ type: z.literal('judged'), t, rung: zEpoch, trial: zTrial, value: zNumber }),
  z.object({
    type: z.literal('stopped'),
    t,
    rung: zEpoch,
    trial: zTrial,
    value: zNumber,
    /** Of those that go on the lowest; by asha the quantile of those before it. */
    cutoff: zNumber,
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
    best: z.object({ trial: zTrial, epoch: zEpoch, value: zNumber }).nullable(),
    /** Trained by all trials together, and what all would have trained. */
    epochs: z.number().int(),
    of: z.number().int(),
  }),
]);
export type SweepEntry = z.infer<typeof zSweepEntry>;

export const trialName = (trial: number): string => String(trial).padStart(3, '0');
