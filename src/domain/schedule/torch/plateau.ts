import type { ParamGroup, TorchScheduler } from './cell';
import type { SpecOf } from './spec';

/** ReduceLROnPlateau over given metrics; after the last one the LR stays. */
export function createPlateau(spec: SpecOf<'ReduceLROnPlateau'>, cell: ParamGroup): TorchScheduler {
  const { factor = 0.1, patience = 10, cooldown = 0, min_lr = 0, eps = 1e-8, metrics } = spec;
  const isBetter = betterThan(spec);
  const state = { t: 0, best: spec.mode === 'max' ? -Infinity : Infinity, bad: 0, cooling: 0 };
  const reduce = (): void => {
    const next = Math.max(cell.lr * factor, min_lr);
    if (cell.lr - next > eps) cell.lr = next;
    state.cooling = cooldown;
    state.bad = 0;
  };
  const judge = (metric: number): void => {
    if (isBetter(metric, state.best)) {
      state.best = metric;
      state.bad = 0;
    } else {
      state.bad += 1;
    }
    if (state.cooling > 0) {
      state.cooling -= 1;
      state.bad = 0;
    }
    if (state.bad > patience) reduce();
  };
  const step = (): void => {
    if (state.t < metrics.length) judge(metrics[state.t]);
    state.t += 1;
  };
  const refuse = (): void => {
    cell.failure = 'ValueError: ReduceLROnPlateau cannot be part of a composition';
  };
  return { step, initialStep: refuse, updateLr: refuse, undo: refuse };
}

function betterThan(spec: SpecOf<'ReduceLROnPlateau'>): (value: number, best: number) => boolean {
  const { mode = 'min', threshold = 1e-4, threshold_mode = 'rel' } = spec;
  if (mode === 'min') {
    return threshold_mode === 'rel'
      ? (v, best) => v < best * (1 - threshold)
      : (v, best) => v < best - threshold;
  }
  return threshold_mode === 'rel'
    ? (v, best) => v > best * (threshold + 1)
    : (v, best) => v > best + threshold;
}
