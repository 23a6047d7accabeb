import type { Lambda, TorchSpec } from '../../schedule/torch/spec';
import type { Arguments, Context } from '../context';
import { numericFunction } from '../evaluate';
import { unknown, type Value } from '../value';
import { defined, type Options, optionsOf } from './options';

type Build = (options: Options, context: Context) => TorchSpec | undefined;
type TorchEntry = { readonly signature: string; readonly build: Build };

/** Lengths that are required and cannot be read. */
const ASSUMED_STEPS = 100;

/** A scheduler of torch.optim.lr_scheduler; undefined if the name is none of them. */
export function torchScheduler(name: string, args: Arguments, context: Context): Value | undefined {
  const entry = SCHEDULERS.get(name);
  if (entry === undefined) return undefined;
  const options = optionsOf(args, entry.signature, context);
  const spec = entry.build(options, context);
  if (spec === undefined) return unknown(name);
  const optimizer = options.given.get('optimizer');
  const lastEpoch = options.optional('last_epoch');
  const resumed = lastEpoch === undefined || lastEpoch === -1 ? {} : { last_epoch: lastEpoch };
  return {
    kind: 'scheduler',
    scheduler: {
      library: 'torch',
      spec: { ...spec, ...resumed },
      optimizer: optimizer ?? optimizerOf(options),
    },
  };
}

/** A composition may leave the optimizer to its children. */
function optimizerOf({ given }: Options): Value | undefined {
  const children = given.get('schedulers');
  const first = children?.kind === 'list' ? children.items[0] : undefined;
  return first?.kind === 'scheduler' ? first.scheduler.optimizer : undefined;
}

const entry = (signature: string, build: Build): TorchEntry => ({ signature, build });

const SCHEDULERS: ReadonlyMap<string, TorchEntry> = new Map<string, TorchEntry>([
  ['LambdaLR', entry('optimizer lr_lambda last_epoch', lambdaSpec('LambdaLR'))],
  ['MultiplicativeLR', entry('optimizer lr_lambda last_epoch', lambdaSpec('MultiplicativeLR'))],
  [
    'StepLR',
    entry('optimizer step_size gamma last_epoch', ({ number, optional }) => ({
      kind: 'StepLR',
      step_size: number('step_size', 30),
      ...defined({ gamma: optional('gamma') }),
    })),
  ],
  [
    'MultiStepLR',
    entry('optimizer milestones gamma last_epoch', ({ numbers, optional }, { assume, t }) => {
      const milestones = numbers('milestones');
      if (milestones === undefined) assume(t('{0} are not known: left out.', 'milestones'));
      return {
        kind: 'MultiStepLR',
        milestones: milestones ?? [],
        ...defined({ gamma: optional('gamma') }),
      };
    }),
  ],
  [
    'ConstantLR',
    entry('optimizer factor total_iters last_epoch', ({ optional }) => ({
      kind: 'ConstantLR',
      ...defined({ factor: optional('factor'), total_iters: optional('total_iters') }),
    })),
  ],
  [
    'LinearLR',
    entry('optimizer start_factor end_factor total_iters last_epoch', ({ optional }) => ({
      kind: 'LinearLR',
      ...defined({
        start_factor: optional('start_factor'),
        end_factor: optional('end_factor'),
        total_iters: optional('total_iters'),
      }),
    })),
  ],
  [
    'ExponentialLR',
    entry('optimizer gamma last_epoch', ({ number }) => ({
      kind: 'ExponentialLR',
      gamma: number('gamma', 0.95),
    })),
  ],
  [
    'PolynomialLR',
    entry('optimizer total_iters power last_epoch', ({ optional }) => ({
      kind: 'PolynomialLR',
      ...defined({ total_iters: optional('total_iters'), power: optional('power') }),
    })),
  ],
  [
    'CosineAnnealingLR',
    entry('optimizer T_max eta_min last_epoch', ({ number, optional }) => ({
      kind: 'CosineAnnealingLR',
      T_max: number('T_max', ASSUMED_STEPS),
      ...defined({ eta_min: optional('eta_min') }),
    })),
  ],
  [
    'CosineAnnealingWarmRestarts',
    entry('optimizer T_0 T_mult eta_min last_epoch', ({ number, optional }) => ({
      kind: 'CosineAnnealingWarmRestarts',
      T_0: number('T_0', 10),
      ...defined({ T_mult: optional('T_mult'), eta_min: optional('eta_min') }),
    })),
  ],
  [
    'CyclicLR',
    entry(
      'optimizer base_lr max_lr step_size_up step_size_down mode gamma scale_fn scale_mode cycle_momentum base_momentum max_momentum last_epoch',
      cyclicSpec,
    ),
  ],
  [
    'OneCycleLR',
    entry(
      'optimizer max_lr total_steps epochs steps_per_epoch pct_start anneal_strategy cycle_momentum base_momentum max_momentum div_factor final_div_factor three_phase last_epoch',
      oneCycleSpec,
    ),
  ],
  [
    'ReduceLROnPlateau',
    entry('optimizer mode factor patience threshold threshold_mode cooldown min_lr eps', plateauSpec),
  ],
  ['SequentialLR', entry('optimizer schedulers milestones last_epoch', sequentialSpec)],
  [
    'ChainedScheduler',
    entry('schedulers optimizer', (options) => {
      const schedulers = childrenOf(options);
      return schedulers && { kind: 'ChainedScheduler', schedulers };
    }),
  ],
]);

function lambdaSpec(kind: 'LambdaLR' | 'MultiplicativeLR'): Build {
  return ({ given }, context) => {
    const value = given.get('lr_lambda');
    const functions = value?.kind === 'list' ? value.items : [value];
    if (value === undefined || functions.length === 0) return undefined;
    const lambdas = functions.map((f) => lambdaOf(f, context) ?? factorOfOne(context));
    return { kind, lr_lambda: lambdas.length === 1 ? lambdas[0] : lambdas };
  };
}

/** A function of another module, or one that never ends: what is known is drawn, and what is not is reported. */
function factorOfOne({ assume, t }: Context): Lambda {
  assume(t('{0} cannot be evaluated from this file: a factor of 1 is assumed.', 'lr_lambda'));
  return () => 1;
}

/** Undefined if the function does not give a number at its first counts. */
function lambdaOf(value: Value | undefined, context: Context): Lambda | undefined {
  if (value?.kind !== 'function') return undefined;
  const f = numericFunction(value, context);
  if (f(0) === undefined || f(1) === undefined) return undefined;
  let isNoted = false;
  const hole = (t: number): number => {
    if (!isNoted)
      context.assume(
        context.t('The function gives no number at count {0}: 1 is assumed wherever it gives none.', t),
      );
    isNoted = true;
    return 1;
  };
  return (t) => f(t) ?? hole(t);
}

const CYCLES = ['triangular2', 'exp_range'] as const;

function cyclicSpec({ number, optional, flag, word }: Options): TorchSpec {
  const mode = word('mode');
  return {
    kind: 'CyclicLR',
    base_lr: number('base_lr', 0.001),
    max_lr: number('max_lr', 0.1),
    ...defined({
      step_size_up: optional('step_size_up'),
      step_size_down: optional('step_size_down'),
      mode: CYCLES.find((cycle) => cycle === mode),
      gamma: optional('gamma'),
      cycle_momentum: flag('cycle_momentum'),
      base_momentum: optional('base_momentum'),
      max_momentum: optional('max_momentum'),
    }),
  };
}

function oneCycleSpec({ given, number, optional, flag, word }: Options): TorchSpec {
  const total = (): number => number('epochs', 1) * number('steps_per_epoch', ASSUMED_STEPS);
  const isGiven = given.has('total_steps') && given.get('total_steps')?.kind !== 'none';
  return {
    kind: 'OneCycleLR',
    max_lr: number('max_lr', 0.1),
    total_steps: isGiven ? number('total_steps', ASSUMED_STEPS) : total(),
    ...defined({
      pct_start: optional('pct_start'),
      anneal_strategy: word('anneal_strategy') === 'linear' ? ('linear' as const) : undefined,
      cycle_momentum: flag('cycle_momentum'),
      base_momentum: optional('base_momentum'),
      max_momentum: optional('max_momentum'),
      div_factor: optional('div_factor'),
      final_div_factor: optional('final_div_factor'),
      three_phase: flag('three_phase'),
    }),
  };
}

/** The course of a plateau depends on the run: drawn as if the metric never improved after the first epoch. */
function plateauSpec({ optional, word }: Options, { assume, t }: Context): TorchSpec {
  assume(t('The metric is not known: drawn as if it never got better after the first epoch.'));
  const mode = word('mode') === 'max' ? ('max' as const) : undefined;
  return {
    kind: 'ReduceLROnPlateau',
    metrics: Array.from({ length: 1000 }, () => 1),
    ...defined({
      mode,
      factor: optional('factor'),
      patience: optional('patience'),
      threshold: optional('threshold'),
      threshold_mode: word('threshold_mode') === 'abs' ? ('abs' as const) : undefined,
      cooldown: optional('cooldown'),
      min_lr: optional('min_lr'),
      eps: optional('eps'),
    }),
  };
}

function sequentialSpec(options: Options, { assume, t }: Context): TorchSpec | undefined {
  const schedulers = childrenOf(options);
  const milestones = options.numbers('milestones');
  if (schedulers === undefined) return undefined;
  if (milestones === undefined) assume(t('{0} are not known: {1} is assumed.', 'milestones', 10));
  return {
    kind: 'SequentialLR',
    schedulers,
    milestones: milestones ?? schedulers.slice(1).map((_, i) => 10 * (i + 1)),
  };
}

function childrenOf({ given }: Options): readonly TorchSpec[] | undefined {
  const value = given.get('schedulers');
  const specs = value?.kind === 'list' ? value.items.map(specOf) : [];
  return specs.length > 0 && specs.every((spec) => spec !== undefined) ? specs : undefined;
}

function specOf(value: Value): TorchSpec | undefined {
  return value.kind === 'scheduler' && value.scheduler.library === 'torch' ? value.scheduler.spec : undefined;
}
