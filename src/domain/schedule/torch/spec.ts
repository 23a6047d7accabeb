/** A factor as a function of the scheduler's count, as LambdaLR takes it. */
export type Lambda = (t: number) => number;

type Leaf<Kind extends string, Options> = {
  readonly kind: Kind;
  readonly last_epoch?: number;
} & Readonly<Options>;

/** PyTorch's schedulers with the names and defaults of their arguments. */
export type TorchSpec =
  | Leaf<'LambdaLR', { lr_lambda: Lambda | readonly Lambda[] }>
  | Leaf<'MultiplicativeLR', { lr_lambda: Lambda | readonly Lambda[] }>
  | Leaf<'StepLR', { step_size: number; gamma?: number }>
  | Leaf<'MultiStepLR', { milestones: readonly number[]; gamma?: number }>
  | Leaf<'ConstantLR', { factor?: number; total_iters?: number }>
  | Leaf<'LinearLR', { start_factor?: number; end_factor?: number; total_iters?: number }>
  | Leaf<'ExponentialLR', { gamma: number }>
  | Leaf<'PolynomialLR', { total_iters?: number; power?: number }>
  | Leaf<'CosineAnnealingLR', { T_max: number; eta_min?: number }>
  | Leaf<'CosineAnnealingWarmRestarts', { T_0: number; T_mult?: number; eta_min?: number }>
  | Leaf<'CyclicLR', CyclicOptions>
  | Leaf<'OneCycleLR', OneCycleOptions>
  | Leaf<'ReduceLROnPlateau', PlateauOptions>
  | Leaf<'SequentialLR', SequentialOptions>
  | Leaf<'ChainedScheduler', { schedulers: readonly TorchSpec[] }>;

export type SpecOf<Kind extends TorchSpec['kind']> = Extract<TorchSpec, { kind: Kind }>;

export type SequentialOptions = {
  schedulers: readonly TorchSpec[];
  milestones: readonly number[];
};

export type CyclicOptions = {
  base_lr: number;
  max_lr: number;
  step_size_up?: number;
  step_size_down?: number;
  mode?: 'triangular' | 'triangular2' | 'exp_range';
  gamma?: number;
  cycle_momentum?: boolean;
  base_momentum?: number;
  max_momentum?: number;
};

export type OneCycleOptions = {
  max_lr: number;
  total_steps: number;
  pct_start?: number;
  anneal_strategy?: 'cos' | 'linear';
  cycle_momentum?: boolean;
  base_momentum?: number;
  max_momentum?: number;
  div_factor?: number;
  final_div_factor?: number;
  three_phase?: boolean;
};

export type PlateauOptions = {
  mode?: 'min' | 'max';
  factor?: number;
  patience?: number;
  threshold?: number;
  threshold_mode?: 'rel' | 'abs';
  cooldown?: number;
  min_lr?: number;
  eps?: number;
  /** The metric of each step: it cannot be known in advance, and the picture needs it. */
  metrics: readonly number[];
};
