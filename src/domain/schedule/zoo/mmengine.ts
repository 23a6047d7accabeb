import { createCell } from '../torch/cell';
import { oneCycleFormula } from '../torch/cycles';
import type { Schedule } from '../types';
import { scheduleOfValues } from './values';

type ActiveWindow = {
  readonly begin?: number;
  readonly end?: number;
  readonly by_epoch?: boolean;
  /** Counts in epochs as written, in iterations once built (int(begin * epoch length) and so on). */
  readonly convert_to_iter_based?: boolean;
};

/** Entries of an MMEngine `param_scheduler` list. */
export type MmengineSpec = ActiveWindow &
  (
    | { readonly type: 'LinearLR'; readonly start_factor?: number; readonly end_factor?: number }
    | { readonly type: 'ConstantLR'; readonly factor?: number }
    | { readonly type: 'PolyLR'; readonly eta_min?: number; readonly power?: number }
    | { readonly type: 'ExponentialLR'; readonly gamma: number }
    | { readonly type: 'StepLR'; readonly step_size: number; readonly gamma?: number }
    | { readonly type: 'MultiStepLR'; readonly milestones: readonly number[]; readonly gamma?: number }
    | {
        readonly type: 'CosineAnnealingLR';
        readonly T_max?: number;
        readonly eta_min?: number;
        readonly eta_min_ratio?: number;
      }
    | RestartSpec
    | OneCycleSpec
  );

type RestartSpec = {
  readonly type: 'CosineRestartLR';
  readonly periods: readonly number[];
  readonly restart_weights?: readonly number[];
  readonly eta_min?: number;
  readonly eta_min_ratio?: number;
};

type OneCycleSpec = {
  readonly type: 'OneCycleLR';
  readonly eta_max: number;
  readonly total_steps?: number;
  readonly pct_start?: number;
  readonly anneal_strategy?: 'cos' | 'linear';
  readonly div_factor?: number;
  readonly final_div_factor?: number;
  readonly three_phase?: boolean;
};

type MmengineOptions = {
  readonly lr: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly schedulers: readonly MmengineSpec[];
};

type RateCell = { lr: number; readonly base: number };
/** The next value from the group's current one, `s` steps into the window. */
type RateRule = (cell: RateCell, s: number) => number;

/** MMEngine's default for "never ends". */
const INF = 1e9;

/**
 * MMEngine's composed schedulers (facts B3): each multiplies the group's LR while begin <= count < end, and does not
 * change it outside. Iteration-based ones count after each iteration, epoch-based ones after each epoch.
 */
export function mmengineSchedule(options: MmengineOptions): Schedule {
  const { lr, epochs, stepsPerEpoch } = options;
  const cell: RateCell = { lr, base: lr };
  const counters = options.schedulers.map((spec) => counterOf(converted(spec, stepsPerEpoch), cell));
  const byEpoch = counters.filter((counter) => counter.byEpoch);
  const byIteration = counters.filter((counter) => !counter.byEpoch);
  // Building a scheduler counts once, in the order of the list.
  countAll(counters);
  const values = new Float64Array(epochs * stepsPerEpoch);
  for (let step = 0; step < values.length; step++) {
    values[step] = cell.lr;
    countAll(byIteration);
    if ((step + 1) % stepsPerEpoch === 0) countAll(byEpoch);
  }
  return scheduleOfValues([values], { stepsPerEpoch });
}

type Counter = { readonly byEpoch: boolean; count(): void };

function countAll(counters: readonly Counter[]): void {
  for (const counter of counters) counter.count();
}

function converted(spec: MmengineSpec, epochLength: number): MmengineSpec {
  if (!spec.convert_to_iter_based || spec.by_epoch === false) return spec;
  const inIterations = Object.entries(spec).map(([key, value]) => [
    key,
    inIterationsOf(key, value, epochLength),
  ]);
  return { ...(Object.fromEntries(inIterations) as MmengineSpec), by_epoch: false };
}

const WINDOW_KEYS = new Set(['begin', 'end']);
const LENGTH_KEYS = new Set(['step_size', 'milestones', 'T_max', 'periods', 'total_steps']);

function inIterationsOf(key: string, value: unknown, epochLength: number): unknown {
  if (WINDOW_KEYS.has(key)) return Math.trunc(Number(value) * epochLength);
  if (!LENGTH_KEYS.has(key)) return value;
  return Array.isArray(value) ? value.map((part) => part * epochLength) : Number(value) * epochLength;
}

function counterOf(spec: MmengineSpec, cell: RateCell): Counter {
  const { begin = 0, end = INF } = spec;
  const next = nextValue(spec, end - begin - 1);
  let global = -1;
  let local = -1;
  const count = (): void => {
    global += 1;
    if (global < begin || global >= end) return;
    local += 1;
    cell.lr = next(cell, local);
  };
  return { byEpoch: spec.by_epoch ?? true, count };
}

function nextValue(spec: MmengineSpec, last: number): RateRule {
  switch (spec.type) {
    case 'LinearLR':
      return linear(spec.start_factor ?? 1 / 3, spec.end_factor ?? 1, last);
    case 'ConstantLR':
      return constant(spec.factor ?? 1 / 3, last);
    case 'PolyLR':
      return poly(spec.eta_min ?? 0, spec.power ?? 1, last);
    case 'ExponentialLR':
      return (cell, s) => (s === 0 ? cell.lr : cell.lr * spec.gamma);
    case 'StepLR':
      return (cell, s) => (s === 0 || s % spec.step_size !== 0 ? cell.lr : cell.lr * (spec.gamma ?? 0.1));
    case 'MultiStepLR':
      return multiStep(spec.milestones, spec.gamma ?? 0.1);
    case 'CosineAnnealingLR':
      return cosine(spec.T_max || last + 1, (base) =>
        spec.eta_min_ratio === undefined ? (spec.eta_min ?? 0) : base * spec.eta_min_ratio,
      );
    case 'CosineRestartLR':
      return cosineRestart(spec);
    case 'OneCycleLR':
      return oneCycle(spec, last + 1);
  }
}

function linear(start: number, end: number, last: number): RateRule {
  return (cell, s) => {
    if (s === 0) return cell.lr * start;
    return cell.lr * (1 + (end - start) / (last * start + (s - 1) * (end - start)));
  };
}

function constant(factor: number, last: number): RateRule {
  return (cell, s) => {
    if (s === 0) return cell.lr * factor;
    return s === last ? cell.lr * (1 / factor) : cell.lr;
  };
}

function poly(low: number, power: number, last: number): RateRule {
  return (cell, s) => (s === 0 ? cell.lr : (cell.lr - low) * (1 - 1 / (last - s + 1)) ** power + low);
}

function multiStep(milestones: readonly number[], gamma: number): RateRule {
  const counts = new Map<number, number>();
  for (const milestone of milestones) counts.set(milestone, (counts.get(milestone) ?? 0) + 1);
  return (cell, s) => cell.lr * gamma ** (counts.get(s) ?? 0);
}

function cosine(T_max: number, lowOf: (base: number) => number): RateRule {
  return (cell, s) => {
    const low = lowOf(cell.base);
    if (s === 0) return cell.lr;
    if ((s - 1 - T_max) % (2 * T_max) === 0) {
      return cell.lr + ((cell.base - low) * (1 - Math.cos(Math.PI / T_max))) / 2;
    }
    const ratio = (1 + Math.cos((Math.PI * s) / T_max)) / (1 + Math.cos((Math.PI * (s - 1)) / T_max));
    return ratio * (cell.lr - low) + low;
  };
}

function cosineRestart(spec: RestartSpec): RateRule {
  const { periods, restart_weights: weights = [1], eta_min = 0, eta_min_ratio } = spec;
  const ends = periods.map((_, i) => periods.slice(0, i + 1).reduce((sum, period) => sum + period, 0));
  return (cell, s) => {
    const index = ends.findIndex((end) => s < end);
    if (index < 0) return cell.lr;
    const low = eta_min_ratio === undefined ? eta_min : cell.base * eta_min_ratio;
    const t = s - (index === 0 ? 0 : ends[index - 1]);
    if (t === 0) return cell.base * weights[index];
    const ratio =
      (1 + Math.cos((Math.PI * t) / periods[index])) / (1 + Math.cos((Math.PI * (t - 1)) / periods[index]));
    return ratio * (cell.lr - low) + low;
  };
}

/** The same phases as PyTorch's OneCycleLR, over the window's own count. */
function oneCycle(spec: OneCycleSpec, length: number): RateRule {
  const { eta_max, total_steps = length, type: _type, ...options } = spec;
  const cell = createCell({ lr: eta_max, initialLr: undefined, momentum: 0, group: 0, legacy: false });
  const cycle = {
    kind: 'OneCycleLR',
    max_lr: eta_max,
    total_steps,
    cycle_momentum: false,
    ...options,
  } as const;
  const formula = oneCycleFormula(cycle, cell);
  return (_cell, s) => formula.next({ lastEpoch: s, stepCount: 0, isInitial: false, baseLr: eta_max });
}
