import type { Formula, LeafState } from './cell';
import { divide, type ParamGroup } from './cell';
import type { SpecOf } from './spec';

/** CyclicLR (Smith 2015, arXiv 1506.01186), with the momentum cycled the other way. */
export function cyclicFormula(spec: SpecOf<'CyclicLR'>, cell: ParamGroup): Formula {
  const { base_lr, max_lr, cycle_momentum = true, base_momentum = 0.8, max_momentum = 0.9 } = spec;
  const up = spec.step_size_up ?? 2000;
  const total = up + (spec.step_size_down ?? up);
  const upShare = up / total;
  const scale = cyclicScale(spec);
  if ((spec.last_epoch ?? -1) === -1) cell.lr = base_lr;
  let constructed = false;
  const at = (s: LeafState): { readonly height: number; readonly scale: number } => {
    const cycle = Math.floor(1 + s.lastEpoch / total);
    const x = 1 + s.lastEpoch / total - cycle;
    return { height: x <= upShare ? x / upShare : (x - 1) / (upShare - 1), scale: scale(cycle, s.lastEpoch) };
  };
  return {
    next: (s) => {
      const { height, scale } = at(s);
      // The constructor's own first step still runs on initial_lr; base_lr takes its place afterwards.
      const base = constructed ? base_lr : s.baseLr;
      if (cycle_momentum) cell.momentum = max_momentum - (max_momentum - base_momentum) * height * scale;
      return base + (max_lr - base) * height * scale;
    },
    afterUpdate: () => {
      constructed = true;
    },
  };
}

function cyclicScale({
  mode = 'triangular',
  gamma = 1,
}: SpecOf<'CyclicLR'>): (cycle: number, t: number) => number {
  if (mode === 'triangular2') return (cycle) => 1 / 2 ** (cycle - 1);
  return mode === 'exp_range' ? (_cycle, t) => gamma ** t : () => 1;
}

type Quantity = 'initialLr' | 'maxLr' | 'minLr';
type Phase = {
  readonly start: number;
  readonly end: number;
  readonly lr: readonly [from: Quantity, to: Quantity];
  readonly momentum: readonly [from: number, to: number];
};

/** OneCycleLR (Smith and Topin 2017, arXiv 1708.07120). Phases end at pct * T - 1 and T - 1. */
export function oneCycleFormula(spec: SpecOf<'OneCycleLR'>, cell: ParamGroup): Formula {
  const { max_lr, div_factor = 25, final_div_factor = 1e4, cycle_momentum = true } = spec;
  const phases = oneCyclePhases(spec);
  const anneal = spec.anneal_strategy === 'linear' ? annealLinear : annealCos;
  if ((spec.last_epoch ?? -1) === -1) {
    cell.initialLr = max_lr / div_factor;
    cell.maxLr = max_lr;
    cell.minLr = cell.initialLr / final_div_factor;
  }
  const next = ({ lastEpoch }: LeafState): number => {
    if (lastEpoch > spec.total_steps) cell.failure = `ValueError: Tried to step ${lastEpoch} times`;
    const phase = phases.find(({ end }) => lastEpoch <= end) ?? phases[phases.length - 1];
    const share = divide(cell, lastEpoch - phase.start, phase.end - phase.start);
    if (cycle_momentum) cell.momentum = anneal(phase.momentum[0], phase.momentum[1], share);
    return anneal(cell[phase.lr[0]] ?? 0, cell[phase.lr[1]] ?? 0, share);
  };
  return { next };
}

function oneCyclePhases(spec: SpecOf<'OneCycleLR'>): readonly Phase[] {
  const {
    total_steps: total,
    pct_start: share = 0.3,
    base_momentum: low = 0.85,
    max_momentum: high = 0.95,
  } = spec;
  const first = share * total - 1;
  const rise: Phase = { start: 0, end: first, lr: ['initialLr', 'maxLr'], momentum: [high, low] };
  if (!spec.three_phase) {
    return [rise, { start: first, end: total - 1, lr: ['maxLr', 'minLr'], momentum: [low, high] }];
  }
  const second = 2 * share * total - 2;
  return [
    rise,
    { start: first, end: second, lr: ['maxLr', 'initialLr'], momentum: [low, high] },
    { start: second, end: total - 1, lr: ['initialLr', 'minLr'], momentum: [high, high] },
  ];
}

function annealCos(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);
}

function annealLinear(from: number, to: number, share: number): number {
  return (to - from) * share + from;
}
