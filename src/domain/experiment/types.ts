import * as z from 'zod';
import { TRAINER_KINDS } from './trainers';

// The settings of a resolved experiment: each with its check, from which its type follows, and resolve.ts takes the value of
// the key of the same name. Names, units and meaning are Ultralytics' if it has them. A setting that comes later than a run
// format is optional or has a default, so that the runs before it are read.

export type { TrainerKind } from './trainers';

export type SettingsShape = Readonly<Record<string, z.ZodType>>;
/** What a checked object of these settings holds; nothing of it is written to. */
export type SettingsOf<S extends SettingsShape> = DeepReadonly<z.infer<z.ZodObject<S>>>;
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

const count = z.number().int().min(0);
const texts = z.record(z.string(), z.string());

export const SCHEDULE = {
  optimizer: z.string(),
  lr0: z.number(),
  /** Final LR = lr0 * lrf. */
  lrf: z.number(),
  cos_lr: z.boolean(),
  momentum: z.number(),
  weight_decay: z.number(),
  warmup_epochs: z.number(),
  warmup_momentum: z.number(),
  warmup_bias_lr: z.number(),
  warmup_shape: z.enum(['linear', 'exponential', 'constant']),
  nbs: z.number(),
  /** A learning-rate range test instead of a schedule: from low to high exponentially. It is not a key of the file. */
  lr_range: z.object({ from: z.number(), to: z.number() }).optional(),
};

/** Probabilities in [0, 1]; hsv_*, translate and scale are gains; close_mosaic counts the last epochs without mosaic. */
export const AUGMENT = {
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
};

export const LOSS = {
  box: z.number(),
  cls: z.number(),
  dfl: z.number(),
  label_smoothing: z.number(),
};

/** Keys `validation.NAME`. */
export const VALIDATION = {
  enabled: z.boolean(),
  /** auto | cpu | webgpu | cuda | cuda:N | dml | dml:N | coreml */
  device: z.string(),
  batch: z.union([z.number().int().min(1), z.literal('auto')]),
  half: z.enum(['auto', 'on', 'off']),
  /** Validate each n-th epoch; the last one always. */
  every: count.min(1),
  /** What happens while the validator is behind: only the latest checkpoint, or all in order. */
  backlog: z.enum(['latest', 'all']),
  /** Who validates an Ultralytics run's checkpoints; auto: Pitwall, unless only Ultralytics reaches the GPU. */
  engine: z.enum(['auto', 'onnx', 'ultralytics']),
  /** What map, map50, precision and recall follow (run/trainer-rule.ts). */
  rule: z.enum(['trainer', 'standard']).optional(),
  /** Which val images are drawn together (domain/compare/grouping.ts). */
  groups: z.string().optional(),
  /** Ultralytics' own validation in its training loop each n-th epoch; 0: as `val` says. */
  in_loop: count,
};

/** Keys `early_stop.NAME`. */
export const EARLY_STOP = {
  enabled: z.boolean(),
  metric: z.enum(['map', 'map50', 'precision', 'recall', 'loss', 'fitness']),
  /** Window of the exponential average the metric is judged by, in validated epochs. */
  ema: z.number(),
  /** Epochs without improvement before the run is stopped. */
  patience: z.number(),
  /** A smaller rise does not count. */
  min_delta: z.number().default(0),
  /** A run is never stopped before this epoch. */
  min_epochs: count.default(0),
  /** Not while most of the LR's decay is still to come. */
  wait_for_decay: z.boolean().default(true),
};

/** Keys `checkpoints.NAME`. */
export const CHECKPOINTS = {
  every: count,
  /** Each n-th epoch's checkpoint is kept for good; 0 or absent: none is. */
  keep_every: z.number().optional(),
  keep_last: count,
  keep_best: count,
};

/** Keys `rewind_NAME`. */
export const REWIND = {
  /** Attempts that `on_divergence: rewind` makes without being asked. */
  tries: count,
  lr_factor: z.number(),
  /** Steps of the fresh warm-up after a rewind. */
  warmup_steps: count,
};

/** Keys `command.NAME`. */
export const COMMAND = {
  /** Program and arguments; `{run_dir}` means the run folder. Never a shell line. */
  run: z.array(z.string()),
  cwd: z.string().optional(),
  env: texts,
  reads: z.enum(['jsonl', 'csv', 'tensorboard', 'regex']),
  path: z.string().optional(),
  metrics: texts,
};

/** Keys of the top level whose value is taken as it is. */
export const PLAIN = {
  epochs: count,
  batch: z.number(),
  seed: z.number(),
  workers: z.number(),
  single_cls: z.boolean(),
  on_divergence: z.enum(['stop', 'notify', 'pause', 'rewind']),
  /** Largest gradient norm; 0 does not clip (builtin trainer). */
  clip_grad: z.number(),
  /** Decay of the weight average that is validated and saved; it looks back over a tenth of the steps at most. 0 switches it off. */
  weight_ema: z.number(),
};

/** Keys of the top level that are brought into one form. */
export const FORMED = {
  trainer: z.enum(TRAINER_KINDS),
  model: z.string(),
  /** Dataset YAML, absolute. */
  data: z.string(),
  imgsz: count,
  device: z.string(),
  /** Share of the training set that is used, (0, 1]. */
  fraction: z.number(),
};

export type ScheduleSettings = SettingsOf<typeof SCHEDULE>;
export type WarmupShape = ScheduleSettings['warmup_shape'];
export type AugmentSettings = SettingsOf<typeof AUGMENT>;
export type LossSettings = SettingsOf<typeof LOSS>;
export type ValidationSettings = SettingsOf<typeof VALIDATION>;
export type EarlyStopSettings = SettingsOf<typeof EARLY_STOP>;
export type CheckpointSettings = SettingsOf<typeof CHECKPOINTS>;
export type RewindSettings = SettingsOf<typeof REWIND>;
export type CommandSettings = SettingsOf<typeof COMMAND>;

/** A resolved experiment: every key has a value. */
export type Experiment = SettingsOf<typeof PLAIN & typeof FORMED> & {
  readonly schedule: ScheduleSettings;
  readonly augment: AugmentSettings;
  readonly loss: LossSettings;
  readonly validation: ValidationSettings;
  readonly early_stop: EarlyStopSettings;
  readonly checkpoints: CheckpointSettings;
  readonly rewind: RewindSettings;
  readonly command?: CommandSettings;
  /** Ultralytics arguments that Pitwall passes on unread. */
  readonly passthrough: Readonly<Record<string, unknown>>;
  /** Keys that the file sets, for "requested versus effective". */
  readonly explicit: readonly string[];
};

/** Also for runs that were started before `rewind` existed. */
export const REWIND_DEFAULTS: RewindSettings = { tries: 3, lr_factor: 0.5, warmup_steps: 100 };
