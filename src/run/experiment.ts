import * as z from 'zod';
import { REWIND_DEFAULTS } from '../domain/experiment/rewind-defaults';
import type {
  AugmentSettings,
  CheckpointSettings,
  CommandSettings,
  EarlyStopSettings,
  Experiment,
  LossSettings,
  RewindSettings,
  ScheduleSettings,
  ValidationSettings,
} from '../domain/experiment/types';

// The resolved experiment of run.json. A key of the type without a line below is a compile error; one that comes later
// than a run format has to be optional, so that the runs before it are read. Keys of a later version stay as they are.

/** `explicit` and the like are typed readonly; zod's output is not. */
type SchemaShape<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> };

function block<T extends object>(shape: SchemaShape<T>): z.ZodType<T> {
  // An object made of a whole Shape<T> is a T; zod does not see through the mapped type.
  return z.looseObject(shape) as unknown as z.ZodType<T>;
}

const count = z.number().int().min(0);
const texts = z.record(z.string(), z.string());

const zSchedule = block<ScheduleSettings>({
  optimizer: z.string(),
  lr0: z.number(),
  lrf: z.number(),
  cos_lr: z.boolean(),
  momentum: z.number(),
  weight_decay: z.number(),
  warmup_epochs: z.number(),
  warmup_momentum: z.number(),
  warmup_bias_lr: z.number(),
  warmup_shape: z.enum(['linear', 'exponential', 'constant']),
  nbs: z.number(),
  lr_range: z.object({ from: z.number(), to: z.number() }).optional(),
});

const zAugment = block<AugmentSettings>({
  fliplr: z.number(),
  flipud: z.number(),
  hsv_h: z.number(),
  hsv_s: z.number(),
  hsv_v: z.number(),
  translate: z.number(),
  scale: z.number(),
  mosaic: z.number(),
  close_mosaic: z.number(),
  mixup: z.number(),
  cutout: z.number(),
});

const zLoss = block<LossSettings>({
  box: z.number(),
  cls: z.number(),
  dfl: z.number(),
  label_smoothing: z.number(),
});

const zValidation = block<ValidationSettings>({
  enabled: z.boolean(),
  device: z.string(),
  batch: z.union([z.number().int().min(1), z.literal('auto')]),
  half: z.enum(['auto', 'on', 'off']),
  every: count.min(1),
  backlog: z.enum(['latest', 'all']),
  engine: z.enum(['auto', 'onnx', 'ultralytics']),
  rule: z.enum(['trainer', 'standard']).optional(),
  groups: z.string().optional(),
  in_loop: count,
});

const zEarlyStop = block<EarlyStopSettings>({
  enabled: z.boolean(),
  metric: z.enum(['map', 'map50', 'precision', 'recall', 'loss', 'fitness']),
  ema: z.number(),
  patience: z.number(),
  // Later than format 1.
  min_delta: z.number().default(0),
  min_epochs: count.default(0),
  wait_for_decay: z.boolean().default(true),
});

const zCheckpoints = block<CheckpointSettings>({
  every: count,
  keep_every: z.number().optional(),
  keep_last: count,
  keep_best: count,
});

const zCommand = block<CommandSettings>({
  run: z.array(z.string()),
  cwd: z.string().optional(),
  env: texts,
  reads: z.enum(['jsonl', 'csv', 'tensorboard', 'regex']),
  path: z.string().optional(),
  metrics: texts,
});

export const zExperiment = block<Experiment>({
  trainer: z.enum(['builtin', 'ultralytics', 'command']),
  model: z.string(),
  data: z.string(),
  epochs: count,
  batch: z.number(),
  imgsz: count,
  seed: z.number(),
  device: z.string(),
  workers: z.number(),
  fraction: z.number(),
  single_cls: z.boolean(),
  schedule: zSchedule,
  augment: zAugment,
  loss: zLoss,
  validation: zValidation,
  early_stop: zEarlyStop,
  checkpoints: zCheckpoints,
  on_divergence: z.enum(['stop', 'notify', 'pause', 'rewind']),
  // Later than format 1.
  rewind: block<RewindSettings>({
    tries: count,
    lr_factor: z.number(),
    warmup_steps: count,
  }).default(REWIND_DEFAULTS),
  clip_grad: z.number(),
  weight_ema: z.number(),
  command: zCommand.optional(),
  passthrough: z.record(z.string(), z.unknown()),
  explicit: z.array(z.string()),
});
