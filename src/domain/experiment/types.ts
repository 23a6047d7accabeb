/** A resolved experiment: every key has a value. Names, units and meaning are Ultralytics' if it has them. */
export type Experiment = {
  readonly trainer: TrainerKind;
  readonly model: string;
  /** Dataset YAML, absolute. */
  readonly data: string;
  readonly epochs: number;
  readonly batch: number;
  readonly imgsz: number;
  readonly seed: number;
  readonly device: string;
  readonly workers: number;
  /** Share of the training set that is used, (0, 1]. */
  readonly fraction: number;
  readonly single_cls: boolean;
  readonly schedule: ScheduleSettings;
  readonly augment: AugmentSettings;
  readonly loss: LossSettings;
  readonly validation: ValidationSettings;
  readonly early_stop: EarlyStopSettings;
  readonly checkpoints: CheckpointSettings;
  readonly on_divergence: 'stop' | 'notify' | 'pause' | 'rewind';
  readonly rewind: RewindSettings;
  /** Largest gradient norm; 0 does not clip (builtin trainer). */
  readonly clip_grad: number;
  /** Decay of the weight average that is validated and saved; it looks back over a tenth of the steps at most. 0 switches it off. */
  readonly weight_ema: number;
  readonly command?: CommandSettings;
  /** Ultralytics arguments that Pitwall passes on unread. */
  readonly passthrough: Readonly<Record<string, unknown>>;
  /** Keys that the file sets, for "requested versus effective". */
  readonly explicit: readonly string[];
};

export type TrainerKind = 'builtin' | 'ultralytics' | 'command';
export type WarmupShape = 'linear' | 'exponential' | 'constant';

export type ScheduleSettings = {
  readonly optimizer: string;
  readonly lr0: number;
  /** Final LR = lr0 * lrf. */
  readonly lrf: number;
  readonly cos_lr: boolean;
  readonly momentum: number;
  readonly weight_decay: number;
  readonly warmup_epochs: number;
  readonly warmup_momentum: number;
  readonly warmup_bias_lr: number;
  readonly warmup_shape: WarmupShape;
  readonly nbs: number;
  /** A learning-rate range test instead of a schedule: from low to high exponentially. It is not a key of the file. */
  readonly lr_range?: { readonly from: number; readonly to: number };
};

/** Probabilities in [0, 1]; hsv_*, translate and scale are gains; close_mosaic counts the last epochs without mosaic. */
export type AugmentSettings = {
  readonly fliplr: number;
  readonly flipud: number;
  readonly hsv_h: number;
  readonly hsv_s: number;
  readonly hsv_v: number;
  readonly translate: number;
  readonly scale: number;
  readonly mosaic: number;
  readonly close_mosaic: number;
  readonly mixup: number;
  readonly cutout: number;
};

export type LossSettings = {
  readonly box: number;
  readonly cls: number;
  readonly dfl: number;
  readonly label_smoothing: number;
};

export type ValidationSettings = {
  readonly enabled: boolean;
  /** auto | cpu | webgpu | cuda | cuda:N | dml | dml:N | coreml */
  readonly device: string;
  readonly batch: number | 'auto';
  readonly half: HalfMode;
  /** Validate each n-th epoch; the last one always. */
  readonly every: number;
  /** What happens while the validator is behind: only the latest checkpoint, or all in order. */
  readonly backlog: 'latest' | 'all';
  /** Who validates an Ultralytics run's checkpoints; auto: Pitwall, unless only Ultralytics reaches the GPU. */
  readonly engine: 'auto' | 'onnx' | 'ultralytics';
  /** What map, map50, precision and recall follow (run/trainer-rule.ts); absent in runs of earlier versions. */
  readonly rule?: 'trainer' | 'standard';
  /** Which val images are drawn together (domain/compare/grouping.ts); absent in runs of earlier versions. */
  readonly groups?: string;
  /** Ultralytics' own validation in its training loop each n-th epoch; 0: as `val` says. */
  readonly in_loop: number;
};

export type HalfMode = 'auto' | 'on' | 'off';
export type EarlyStopMetric = 'map' | 'map50' | 'precision' | 'recall' | 'loss' | 'fitness';

export type EarlyStopSettings = {
  readonly enabled: boolean;
  readonly metric: EarlyStopMetric;
  /** Window of the exponential average the metric is judged by, in validated epochs. */
  readonly ema: number;
  /** Epochs without improvement before the run is stopped. */
  readonly patience: number;
  /** A smaller rise does not count. */
  readonly min_delta: number;
  /** A run is never stopped before this epoch. */
  readonly min_epochs: number;
  /** Not while most of the LR's decay is still to come. */
  readonly wait_for_decay: boolean;
};

export type CheckpointSettings = {
  readonly every: number;
  /** Each n-th epoch's checkpoint is kept for good; 0 or absent: none is. */
  readonly keep_every?: number;
  readonly keep_last: number;
  readonly keep_best: number;
};

export type RewindSettings = {
  /** Attempts that `on_divergence: rewind` makes without being asked. */
  readonly tries: number;
  readonly lr_factor: number;
  /** Steps of the fresh warm-up after a rewind. */
  readonly warmup_steps: number;
};

export type CommandSettings = {
  /** Program and arguments; `{run_dir}` means the run folder. Never a shell line. */
  readonly run: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly reads: 'jsonl' | 'csv' | 'tensorboard' | 'regex';
  readonly path?: string;
  readonly metrics: Readonly<Record<string, string>>;
};
