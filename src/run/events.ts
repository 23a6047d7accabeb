import * as z from 'zod';
import { bySeries } from '../domain/run/step-series';
import { zControlRequest, zLrChange } from './requests';
import { zEpoch, zNumber, zRunPath, zSaid, zStep } from './schema';
import { zTrainerRule } from './trainer-rule';

// events.jsonl: one writer, the trainer (or the adapter that reads a foreign one). Epochs count from 1, steps from 0.
const t = z.number();

export const zHello = z.object({
  type: z.literal('hello'),
  t,
  trainer: z.string(),
  pid: z.number().int(),
  attempt: z.number().int().min(1),
  fromStep: zStep,
  /** Parameter groups in the order of `step.lr`. */
  groups: z.array(z.string()),
  /** Control requests that this trainer supports. */
  knobs: z.array(z.string()),
  device: z.string().optional(),
  /** Memory of the device, bytes, if the trainer knows it. */
  deviceBytes: zNumber.optional(),
  /** What it computes with, if it knows. */
  versions: z.object({ torch: z.string(), cuda: z.string(), driver: z.string() }).partial().optional(),
});

const zStretch = z.object({
  fromStep: zStep,
  fromEpoch: zEpoch,
  stepsPerEpoch: z.number().int().min(1),
});

/** May be written again (out-of-memory halving, AutoBatch, `time`) and then replaces the old one. */
export const zPlan = z.object({
  type: z.literal('plan'),
  t,
  epochs: z.number().int(),
  stepsPerEpoch: z.number().int(),
  totalSteps: z.number().int(),
  /** Changes of the steps per epoch, because the training set changed while the run was paused; absent: there were none. */
  stretches: z.array(zStretch).min(2).optional(),
  batch: z.number().optional(),
  images: z.number().int().optional(),
  /** Of the dataset: Ultralytics' `optimizer: auto` derives its LR from them. */
  classes: z.number().int().optional(),
  /** Version of the trainer's package, whose rule the LR follows. */
  version: z.string().optional(),
  /** Of the model: detect, segment ... */
  task: z.string().optional(),
  /** Only the trainer's own library can judge its checkpoints. */
  ownJudge: z.boolean().optional(),
  /** How the trainer validates by itself, if it knows. */
  validation: zTrainerRule.optional(),
  /** What checkpoints are validated on, if the experiment does not say it: a script of the user's own trains. */
  dataset: z.object({ data: z.string(), imgsz: z.number().int(), single_cls: z.boolean() }).optional(),
  settings: z
    .array(
      z.object({
        key: z.string(),
        requested: z.unknown(),
        effective: z.unknown(),
        reason: z.string().optional(),
        said: zSaid,
      }),
    )
    .default([]),
});

export const zStepEvent = z.object({
  type: z.literal('step'),
  t,
  step: zStep,
  epoch: zEpoch,
  lr: z.array(zNumber),
  /** `total` and the components, as the trainer names them. */
  loss: z.record(z.string(), zNumber),
  ...bySeries(() => zNumber.optional()),
});

export const zEpochEvent = z.object({
  type: z.literal('epoch'),
  t,
  epoch: zEpoch,
  step: zStep,
  seconds: zNumber,
  /** Means over the epoch. */
  loss: z.record(z.string(), zNumber),
  /** Metrics of the trainer's own validation, if it has one. */
  metrics: z.record(z.string(), zNumber).optional(),
});

export const zCheckpointEvent = z.object({
  type: z.literal('checkpoint'),
  t,
  path: zRunPath,
  epoch: zEpoch,
  step: zStep,
  bytes: z.number(),
});

export const zControlEvent = z.object({
  type: z.literal('control'),
  t,
  id: z.string(),
  /** Absent if the file held no request. */
  requested: zControlRequest.optional(),
  ok: z.boolean(),
  /** The change of the LR curve, if the request made one. */
  applied: zLrChange.optional(),
  step: zStep,
  message: z.string(),
  said: zSaid,
});

export const zLogEvent = z.object({
  type: z.literal('log'),
  t,
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  said: zSaid,
});

export const zEndEvent = z.object({
  type: z.literal('end'),
  t,
  reason: z.enum(['completed', 'stopped', 'paused', 'diverged', 'failed']),
  step: zStep,
  message: z.string().optional(),
  said: zSaid,
});

export const zTrainerEvent = z.discriminatedUnion('type', [
  zHello,
  zPlan,
  zStepEvent,
  zEpochEvent,
  zCheckpointEvent,
  zControlEvent,
  zLogEvent,
  zEndEvent,
]);
export type TrainerEvent = z.infer<typeof zTrainerEvent>;
export type TrainerEventOf<T extends TrainerEvent['type']> = Extract<TrainerEvent, { type: T }>;
export type StepEvent = TrainerEventOf<'step'>;
