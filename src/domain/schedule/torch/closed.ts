import { createCell } from './cell';
import { oneCycleFormula } from './cycles';
import { lambdaOf } from './formulas';
import type { SpecOf, TorchSpec } from './spec';

/** LR as a multiple of the group's own, at a count; `group` chooses among several lambdas. */
type Factor = (t: number) => number;

/**
 * The LR at any count without stepping there, for pictures of long runs: equal to the simulation up to rounding.
 * Undefined if PyTorch's recursion is not the closed form: compositions in compositions, lambdas in a chain, resumed
 * runs, arguments that divide by zero. Those must be simulated.
 */
export function closedTorch(spec: TorchSpec, lr: number, group = 0): ((t: number) => number) | undefined {
  if (spec.kind === 'SequentialLR') return sequential(spec, lr, group);
  if (spec.kind === 'ChainedScheduler') return chained(spec, lr);
  return leaf(spec, lr, group);
}

function leaf(spec: TorchSpec, lr: number, group: number): Factor | undefined {
  if (spec.last_epoch !== undefined && spec.last_epoch !== -1) return undefined;
  const build = LEAVES[spec.kind] as
    | ((spec: TorchSpec, lr: number, group: number) => Factor | undefined)
    | undefined;
  return build?.(spec, lr, group);
}

type Leaves = {
  readonly [Kind in TorchSpec['kind']]?: (
    spec: SpecOf<Kind>,
    lr: number,
    group: number,
  ) => Factor | undefined;
};

const isCount = (n: number): boolean => Number.isInteger(n) && n > 0;

const LEAVES: Leaves = {
  LambdaLR: ({ lr_lambda }, lr, group) => {
    const lambda = lambdaOf(lr_lambda, group);
    return (t) => lr * lambda(t);
  },
  StepLR: ({ step_size, gamma = 0.1 }, lr) =>
    isCount(step_size) ? (t) => lr * gamma ** Math.floor(t / step_size) : undefined,
  MultiStepLR: ({ milestones, gamma = 0.1 }, lr) => {
    if (!milestones.every((m) => Number.isInteger(m) && m >= 0)) return undefined;
    return (t) => lr * gamma ** milestones.filter((milestone) => milestone <= t).length;
  },
  ConstantLR: ({ factor = 1 / 3, total_iters = 5 }, lr) =>
    isCount(total_iters) && factor > 0 ? (t) => (t < total_iters ? lr * factor : lr) : undefined,
  LinearLR: ({ start_factor: start = 1 / 3, end_factor: end = 1, total_iters: total = 5 }, lr) => {
    if (!isCount(total) || start <= 0 || end < 0) return undefined;
    return (t) => lr * (start + ((end - start) * Math.min(total, t)) / total);
  },
  ExponentialLR:
    ({ gamma }, lr) =>
    (t) =>
      lr * gamma ** t,
  PolynomialLR: ({ total_iters: total = 5, power = 1 }, lr) =>
    isCount(total) && power > 0 ? (t) => lr * (1 - Math.min(total, t) / total) ** power : undefined,
  CosineAnnealingLR: ({ T_max, eta_min: low = 0 }, lr) =>
    isCount(T_max) ? (t) => low + ((lr - low) * (1 + Math.cos((Math.PI * t) / T_max))) / 2 : undefined,
  CosineAnnealingWarmRestarts: warmRestarts,
  OneCycleLR: oneCycle,
};

function warmRestarts(
  { T_0, T_mult = 1, eta_min: low = 0 }: SpecOf<'CosineAnnealingWarmRestarts'>,
  lr: number,
): Factor | undefined {
  if (!isCount(T_0) || !isCount(T_mult)) return undefined;
  return (t) => {
    let [place, length] = T_mult === 1 ? [t % T_0, T_0] : [t, T_0];
    while (place >= length) {
      place -= length;
      length *= T_mult;
    }
    return low + ((lr - low) * (1 + Math.cos((Math.PI * place) / length))) / 2;
  };
}

/** Its recursion depends only on the count; past its end it raises, which only the simulation shows. */
function oneCycle(spec: SpecOf<'OneCycleLR'>, lr: number): Factor | undefined {
  const rise = (spec.pct_start ?? 0.3) * spec.total_steps;
  if (!isCount(spec.total_steps) || rise <= 1) return undefined;
  const cell = createCell({ lr, initialLr: lr, momentum: 0, group: 0, legacy: false });
  const formula = oneCycleFormula({ ...spec, cycle_momentum: false }, cell);
  return (t) => formula.next({ lastEpoch: t, stepCount: 0, isInitial: false, baseLr: lr });
}

/**
 * Each child counts from its own milestone. OneCycleLR changes the LR that the others start from, so it is left out
 * here.
 */
function sequential(spec: SpecOf<'SequentialLR'>, lr: number, group: number): Factor | undefined {
  const { milestones, schedulers } = spec;
  const isAscending = milestones.every((m, i) => isCount(m) && m > (milestones[i - 1] ?? 0));
  const isResumed = spec.last_epoch !== undefined && spec.last_epoch !== -1;
  if (!isAscending || isResumed || milestones.length !== schedulers.length - 1) return undefined;
  if (schedulers.some(({ kind }) => kind === 'OneCycleLR')) return undefined;
  const parts = schedulers.map((child) => leaf(child, lr, group));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return (t) => {
    const passed = milestones.findLastIndex((milestone) => milestone <= t) + 1;
    return parts[passed](passed === 0 ? t : t - milestones[passed - 1]);
  };
}

const MULTIPLYING = new Set([
  'StepLR',
  'MultiStepLR',
  'ConstantLR',
  'LinearLR',
  'ExponentialLR',
  'PolynomialLR',
]);

/** Only those whose recursion multiplies: the product of their factors. */
function chained({ schedulers }: SpecOf<'ChainedScheduler'>, lr: number): Factor | undefined {
  if (!schedulers.every(({ kind }) => MULTIPLYING.has(kind))) return undefined;
  const factors = schedulers.map((child) => leaf(child, 1, 0));
  if (!factors.every((factor) => factor !== undefined)) return undefined;
  return (t) => factors.reduce((product, factor) => product * factor(t), lr);
}
