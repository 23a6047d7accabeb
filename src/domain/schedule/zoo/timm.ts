import { accurateLog } from '../accurate-log';
import type { Schedule } from '../types';
import { scheduleOfFormula } from './values';

/** Arguments of timm's create_scheduler_v2, with its defaults. Epochs unless `step_on_epochs` is false. */
export type TimmOptions = {
  readonly lr: number;
  readonly sched?: 'cosine' | 'tanh' | 'step' | 'constant' | 'multistep' | 'poly' | 'wsd' | 'rsqrt';
  readonly num_epochs?: number;
  readonly updates_per_epoch: number;
  readonly step_on_epochs?: boolean;
  readonly warmup_epochs?: number;
  readonly warmup_lr?: number;
  readonly warmup_prefix?: boolean;
  readonly min_lr?: number;
  readonly decay_epochs?: number;
  readonly decay_milestones?: readonly number[];
  readonly decay_rate?: number;
  readonly cooldown_epochs?: number;
  readonly cycle_mul?: number;
  readonly cycle_decay?: number;
  readonly cycle_limit?: number;
  readonly k_decay?: number;
};

/** Everything in counts t: epochs, or updates. */
type Timm = Required<
  Omit<TimmOptions, 'lr' | 'num_epochs' | 'decay_epochs' | 'cooldown_epochs' | 'warmup_epochs'>
> & {
  readonly base: number;
  readonly t_initial: number;
  readonly warmup_t: number;
  readonly decay_t: number;
  readonly milestones: readonly number[];
};

type TimmCurve = (t: number) => number;

/**
 * timm's schedulers (facts B5). Traps that the picture shows: without warmup_prefix the decay runs under the warm-up,
 * so the peak is never reached; per epoch, epoch 0 runs entirely on warmup_lr.
 */
export function timmSchedule(options: TimmOptions): Schedule {
  const timm = resolve(options);
  const main = CURVES[timm.sched](timm);
  const target = timm.sched === 'tanh' && !timm.warmup_prefix ? main(timm.warmup_t) : timm.base;
  const slope = (target - timm.warmup_lr) / timm.warmup_t;
  const prefix = timm.warmup_prefix && timm.sched !== 'wsd' && timm.sched !== 'rsqrt' ? timm.warmup_t : 0;
  const at: TimmCurve = (t) => (t < timm.warmup_t ? timm.warmup_lr + t * slope : main(t - prefix));
  const perEpoch = timm.step_on_epochs;
  const epochs = epochsOf(options, timm);
  return scheduleOfFormula({
    steps: epochs * timm.updates_per_epoch,
    stepsPerEpoch: timm.updates_per_epoch,
    warmupSteps: perEpoch ? timm.warmup_t * timm.updates_per_epoch : timm.warmup_t,
    lrAt: (step) => at(perEpoch ? Math.floor(step / timm.updates_per_epoch) : step),
  });
}

/** What create_scheduler_v2 returns besides the scheduler: cycles, prefix and cooldown make a run longer. */
function epochsOf(options: TimmOptions, timm: Timm): number {
  const { num_epochs: epochs = 300, warmup_epochs = 0, cooldown_epochs = 0 } = options;
  const prefix = timm.warmup_prefix ? warmup_epochs : 0;
  if (isWsd(timm.sched)) return epochs + prefix + cooldown_epochs;
  if (!CYCLIC.has(timm.sched)) return epochs + prefix;
  const { cycle_mul: mul, cycle_limit } = timm;
  const cycles = Math.max(1, cycle_limit);
  const length = mul === 1 ? epochs * cycles : Math.floor((-epochs * (mul ** cycles - 1)) / (1 - mul));
  return length + prefix + cooldown_epochs;
}

const CYCLIC = new Set(['cosine', 'tanh', 'poly']);

function resolve(options: TimmOptions): Timm {
  const sched = options.sched ?? 'cosine';
  const unit = options.step_on_epochs === false ? options.updates_per_epoch : 1;
  const timm = {
    warmup_lr: 1e-5,
    warmup_prefix: false,
    min_lr: 0,
    decay_rate: 0.1,
    cycle_mul: 1,
    cycle_decay: 0.1,
    cycle_limit: 1,
    k_decay: 1,
    step_on_epochs: true,
    decay_milestones: [90, 180, 270],
    ...options,
    sched,
    base: options.lr,
    t_initial: (options.num_epochs ?? 300) * unit,
    warmup_t: (options.warmup_epochs ?? 0) * unit,
  };
  const decay_t = (options.decay_epochs ?? (isWsd(sched) ? 0.2 : 90)) * (isWsd(sched) ? 1 : unit);
  return { ...timm, decay_t, milestones: timm.decay_milestones.map((epoch) => epoch * unit) };
}

function isWsd(sched: string): boolean {
  return sched === 'wsd' || sched === 'rsqrt';
}

const CURVES: Readonly<Record<Timm['sched'], (timm: Timm) => TimmCurve>> = {
  cosine: (timm) => cyclic(timm, (max, p, k) => 0.5 * (max - timm.min_lr) * (1 + Math.cos(Math.PI * p(k)))),
  poly: (timm) => cyclic(timm, (max, p, k) => (max - timm.min_lr) * (1 - p(k)) ** timm.decay_rate),
  tanh: (timm) =>
    cyclic(timm, (max, p) => 0.5 * (max - timm.min_lr) * (1 - Math.tanh(-7 * (1 - p(1)) + 3 * p(1)))),
  step:
    ({ base, decay_rate, decay_t }) =>
    (t) =>
      base * decay_rate ** Math.floor(t / decay_t),
  constant:
    ({ base }) =>
    () =>
      base,
  multistep:
    ({ base, decay_rate, milestones }) =>
    (t) =>
      base * decay_rate ** milestones.filter((milestone) => milestone <= t + 1).length,
  wsd: warmupStableDecay,
  rsqrt: warmupStableDecay,
};

/** `shape` of the cycle's peak and of its progress to the k-th power. */
function cyclic(
  timm: Timm,
  shape: (max: number, progress: (k: number) => number, k: number) => number,
): TimmCurve {
  return (t) => {
    const { index, current, length } = cycleAt(timm, t);
    if (index >= timm.cycle_limit) return timm.min_lr;
    const max = timm.base * timm.cycle_decay ** index;
    return timm.min_lr + shape(max, (k) => current ** k / length ** k, timm.k_decay);
  };
}

function cycleAt({ cycle_mul: mul, t_initial }: Timm, t: number) {
  if (mul === 1) {
    const index = Math.floor(t / t_initial);
    return { index, current: t - t_initial * index, length: t_initial };
  }
  const index = Math.floor(accurateLog(1 - (t / t_initial) * (1 - mul)) / accurateLog(mul));
  const length = mul ** index * t_initial;
  return { index, current: t - ((1 - mul ** index) / (1 - mul)) * t_initial, length };
}

function warmupStableDecay(timm: Timm): TimmCurve {
  const { base, min_lr, warmup_t } = timm;
  const length = timm.warmup_prefix ? timm.t_initial : timm.t_initial - warmup_t;
  const decay = Math.round(
    timm.decay_t > 0 && timm.decay_t < 1 ? timm.decay_t * length : timm.decay_t * wsdUnit(timm),
  );
  const isRsqrt = timm.sched === 'rsqrt';
  return (t) => {
    const since = t - warmup_t;
    const stable = Math.max(isRsqrt ? base * (1 + since / warmup_t) ** -0.5 : base, min_lr);
    const falling = since - (length - decay);
    if (falling <= 0) return stable;
    const p = Math.min(falling / decay, 1);
    return min_lr + (stable - min_lr) * (isRsqrt ? 1 - p : 1 - Math.sqrt(p));
  };
}

function wsdUnit({ step_on_epochs, updates_per_epoch }: Timm): number {
  return step_on_epochs ? 1 : updates_per_epoch;
}
