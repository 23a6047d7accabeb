import type { Formula, LeafState } from './cell';
import { divide, type ParamGroup } from './cell';
import { cyclicFormula, oneCycleFormula } from './cycles';
import type { Lambda, SpecOf, TorchSpec } from './spec';

/** The formula of a plain scheduler; those with steps of their own, and compositions, have none here. */
export function formulaOf(spec: TorchSpec, cell: ParamGroup): Formula {
  const build = BUILDERS[spec.kind] as ((spec: TorchSpec, cell: ParamGroup) => Formula) | undefined;
  return build === undefined ? { next: () => cell.lr } : build(spec, cell);
}

type Builders = { readonly [Kind in TorchSpec['kind']]?: (spec: SpecOf<Kind>, cell: ParamGroup) => Formula };

const BUILDERS: Builders = {
  LambdaLR: ({ lr_lambda }, cell) => {
    const lambda = lambdaOf(lr_lambda, cell.group);
    return { next: (s) => s.baseLr * lambda(s.lastEpoch) };
  },
  MultiplicativeLR: ({ lr_lambda }, cell) => {
    const lambda = lambdaOf(lr_lambda, cell.group);
    return { next: (s) => (s.isInitial ? cell.lr : cell.lr * lambda(s.lastEpoch)) };
  },
  StepLR: ({ step_size, gamma = 0.1 }, cell) => ({
    next: (s) => (s.lastEpoch === 0 || s.lastEpoch % step_size !== 0 ? cell.lr : cell.lr * gamma),
    closed: (s) => s.baseLr * gamma ** Math.floor(s.lastEpoch / step_size),
  }),
  MultiStepLR: ({ milestones, gamma = 0.1 }, cell) => multiStep(milestones, gamma, cell),
  ConstantLR: ({ factor = 1 / 3, total_iters = 5 }, cell) => ({
    next: ({ lastEpoch }) => {
      if (lastEpoch === 0) return cell.lr * factor;
      return lastEpoch === total_iters ? cell.lr * divide(cell, 1, factor) : cell.lr;
    },
    closed: (s) => s.baseLr * (factor + (s.lastEpoch >= total_iters ? 1 : 0) * (1 - factor)),
  }),
  LinearLR: linear,
  ExponentialLR: ({ gamma }, cell) => ({
    next: (s) => (s.isInitial ? cell.lr : cell.lr * gamma),
    closed: (s) => s.baseLr * gamma ** s.lastEpoch,
  }),
  PolynomialLR: ({ total_iters: total = 5, power = 1 }, cell) => ({
    next: (s) => {
      if (s.isInitial || s.lastEpoch > total) return cell.lr;
      return cell.lr * divide(cell, 1 - s.lastEpoch / total, 1 - (s.lastEpoch - 1) / total) ** power;
    },
    closed: (s) => s.baseLr * (1 - Math.min(total, s.lastEpoch) / total) ** power,
  }),
  CosineAnnealingLR: cosine,
  CyclicLR: cyclicFormula,
  OneCycleLR: oneCycleFormula,
};

export function lambdaOf(lambda: Lambda | readonly Lambda[], group: number): Lambda {
  return typeof lambda === 'function' ? lambda : lambda[group];
}

function multiStep(milestones: readonly number[], gamma: number, cell: ParamGroup): Formula {
  const counts = new Map<number, number>();
  for (const milestone of milestones) counts.set(milestone, (counts.get(milestone) ?? 0) + 1);
  return {
    next: ({ lastEpoch }) => {
      const count = counts.get(lastEpoch);
      return count === undefined ? cell.lr : cell.lr * gamma ** count;
    },
    closed: (s) => s.baseLr * gamma ** milestones.filter((milestone) => milestone <= s.lastEpoch).length,
  };
}

function linear(spec: SpecOf<'LinearLR'>, cell: ParamGroup): Formula {
  const { start_factor: start = 1 / 3, end_factor: end = 1, total_iters: total = 5 } = spec;
  return {
    next: (s) => {
      if (s.lastEpoch === 0) return cell.lr * start;
      if (s.isInitial || s.lastEpoch > total) return cell.lr;
      return cell.lr * (1 + divide(cell, end - start, total * start + (s.lastEpoch - 1) * (end - start)));
    },
    closed: (s) => s.baseLr * (start + divide(cell, (end - start) * Math.min(total, s.lastEpoch), total)),
  };
}

// The recursion scales the group's current LR, so that a change from outside stays; one step after each bottom, at
// which the ratio would divide by zero, the rise is added instead.
function cosine({ T_max, eta_min: low = 0 }: SpecOf<'CosineAnnealingLR'>, cell: ParamGroup): Formula {
  const raised = memoLast((t) => 1 + Math.cos((Math.PI * t) / T_max));
  const closed = (s: LeafState, angle: number): number =>
    low + ((s.baseLr - low) * (1 + Math.cos(angle))) / 2;
  return {
    next: (s) => {
      const t = s.lastEpoch;
      if (s.isInitial) return cell.lr;
      if (s.stepCount === 1 && t > 0) return closed(s, (t * Math.PI) / T_max);
      if ((t - 1 - T_max) % (2 * T_max) === 0) {
        return cell.lr + ((s.baseLr - low) * (1 - Math.cos(Math.PI / T_max))) / 2;
      }
      // The divisor first: it was the dividend of the step before.
      const before = raised(t - 1);
      const ratio = raised(t) / before;
      return ratio * (cell.lr - low) + low;
    },
    closed: (s) => closed(s, (Math.PI * s.lastEpoch) / T_max),
  };
}

/** Remembers the last value: the divisor of a step is the dividend of the step before. */
function memoLast(f: (t: number) => number): (t: number) => number {
  let last = Number.NaN;
  let value = 0;
  return (t) => {
    if (t === last) return value;
    last = t;
    value = f(t);
    return value;
  };
}
