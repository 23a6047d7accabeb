import type { Schedule } from '../types';
import { scheduleOfFormula } from './values';

/** Names and arguments of Hugging Face's get_scheduler and its functions. */
export type TransformersOptions = {
  readonly name: TransformersName;
  readonly lr: number;
  readonly num_training_steps: number;
  readonly num_warmup_steps?: number;
  readonly num_cycles?: number;
  readonly lr_end?: number;
  readonly power?: number;
  readonly timescale?: number;
  readonly min_lr?: number;
  readonly min_lr_rate?: number;
  readonly warmup_lr_rate?: number;
  readonly num_stable_steps?: number;
  readonly num_decay_steps?: number;
  readonly warmup_type?: WsdShape;
  readonly decay_type?: WsdShape;
  readonly min_lr_ratio?: number;
};

export type TransformersName =
  | 'linear'
  | 'cosine'
  | 'cosine_with_restarts'
  | 'polynomial'
  | 'constant'
  | 'constant_with_warmup'
  | 'inverse_sqrt'
  | 'cosine_with_min_lr'
  | 'cosine_warmup_with_min_lr'
  | 'warmup_stable_decay';

type WsdShape = 'linear' | 'cosine' | '1-sqrt';
/** Multiple of the LR at a step. */
type Multiple = (step: number) => number;

/** The family of get_*_schedule_with_warmup (facts B6): multiples of the LR, by step. */
export function transformersSchedule(options: TransformersOptions): Schedule {
  const multiple = MULTIPLES[options.name](options);
  return scheduleOfFormula({
    steps: options.num_training_steps,
    warmupSteps: options.name === 'constant' ? 0 : (options.num_warmup_steps ?? 0),
    lrAt: (step) => options.lr * multiple(step),
  });
}

const MULTIPLES: Readonly<Record<TransformersName, (options: TransformersOptions) => Multiple>> = {
  constant: () => () => 1,
  constant_with_warmup: (options) => warmedUp(options, () => 1),
  linear: (options) => {
    const { total, length } = spans(options);
    return warmedUp(options, (step) => Math.max(0, (total - step) / length));
  },
  cosine: (options) => {
    const { num_cycles: cycles = 0.5 } = options;
    return warmedUp(options, (step) =>
      Math.max(0, halfCosine(Math.PI * cycles * 2 * progress(options, step))),
    );
  },
  cosine_with_restarts: (options) => {
    const { num_cycles: cycles = 1 } = options;
    return warmedUp(options, (step) => {
      const p = progress(options, step);
      return p >= 1 ? 0 : Math.max(0, halfCosine(Math.PI * ((cycles * p) % 1)));
    });
  },
  polynomial: (options) => warmedUp(options, polynomial(options)),
  inverse_sqrt: (options) => {
    const { warm } = spans(options);
    const timescale = options.timescale ?? (warm || 10_000);
    return warmedUp(options, (step) => 1 / Math.sqrt((step + timescale - warm) / timescale));
  },
  cosine_with_min_lr: (options) => {
    const { num_cycles: cycles = 0.5 } = options;
    const low = lowestRate(options);
    return warmedUp(options, (step) =>
      Math.max(0, halfCosine(Math.PI * cycles * 2 * progress(options, step)) * (1 - low) + low),
    );
  },
  cosine_warmup_with_min_lr: cosineWarmupWithMinLr,
  warmup_stable_decay: warmupStableDecay,
};

function spans({ num_training_steps: total, num_warmup_steps: warm = 0 }: TransformersOptions) {
  return { total, warm, length: Math.max(1, total - warm) };
}

function warmedUp({ num_warmup_steps: warm = 0 }: TransformersOptions, after: Multiple): Multiple {
  return (step) => (step < warm ? step / Math.max(1, warm) : after(step));
}

function progress(options: TransformersOptions, step: number): number {
  const { warm, length } = spans(options);
  return (step - warm) / length;
}

function halfCosine(angle: number): number {
  return 0.5 * (1 + Math.cos(angle));
}

function lowestRate({ min_lr, min_lr_rate, lr }: TransformersOptions): number {
  return min_lr === undefined ? (min_lr_rate ?? 0) : min_lr / lr;
}

function polynomial(options: TransformersOptions): Multiple {
  const { lr, lr_end: end = 1e-7, power = 1 } = options;
  const { total, warm } = spans(options);
  return (step) => {
    if (step > total) return end / lr;
    return ((lr - end) * (1 - (step - warm) / (total - warm)) ** power + end) / lr;
  };
}

/** Counts from one in warm-up and decay, so that no step runs at 0 and the last one reaches the bottom. */
function cosineWarmupWithMinLr(options: TransformersOptions): Multiple {
  const { num_cycles: cycles = 0.5, warmup_lr_rate: first } = options;
  const { warm, length } = spans(options);
  const low = lowestRate(options);
  return (step) => {
    if (step < warm) {
      return first === undefined
        ? (step + 1) / Math.max(1, warm)
        : first + ((1 - first) * step) / Math.max(1, warm - 1);
    }
    return Math.max(0, halfCosine(Math.PI * cycles * 2 * ((step - warm + 1) / length)) * (1 - low) + low);
  };
}

function warmupStableDecay(options: TransformersOptions): Multiple {
  const { num_decay_steps: decay = 0, min_lr_ratio: low = 0, num_cycles = 0.5 } = options;
  const { total, warm } = spans(options);
  const stable = options.num_stable_steps ?? total - warm - decay;
  const rise = RISES[options.warmup_type ?? 'linear'];
  const fall = FALLS[options.decay_type ?? 'cosine'];
  return (step) => {
    if (step < warm) return Math.max(0, rise(step / Math.max(1, warm)) * (1 - low) + low);
    if (step < warm + stable) return 1;
    if (step >= warm + stable + decay) return low;
    return Math.max(0, fall((step - warm - stable) / Math.max(1, decay), num_cycles) * (1 - low) + low);
  };
}

const RISES: Readonly<Record<WsdShape, (p: number) => number>> = {
  linear: (p) => p,
  cosine: (p) => 0.5 * (1 - Math.cos(Math.PI * p)),
  '1-sqrt': (p) => 1 - Math.sqrt(1 - p),
};

const FALLS: Readonly<Record<WsdShape, (p: number, cycles: number) => number>> = {
  linear: (p) => 1 - p,
  cosine: (p, cycles) => halfCosine(Math.PI * cycles * 2 * p),
  '1-sqrt': (p) => 1 - Math.sqrt(p),
};
