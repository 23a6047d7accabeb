import type { WarmupShape } from '../experiment/types';
import { interpolate } from './rounding';
import type { WarmupShares } from './types';
import { CONSTANT_SHARE, warmupShare } from './warmup-shape';

export type Ramp = (step: number, steps: number, from: number, to: number) => number;

/** The value at a warm-up step. A constant warm-up holds a tenth of the LR, and the first momentum. */
export function rampOf(shape: WarmupShape, quantity: 'lr' | 'momentum' = 'lr'): Ramp {
  if (shape === 'linear') return interpolate;
  if (shape === 'exponential')
    return (step, steps, from, to) => from + (to - from) * warmupShare(shape, Math.min(step / steps, 1));
  const held = quantity === 'lr' ? (to: number): number => to * CONSTANT_SHARE : undefined;
  return (step, steps, from, to) => (step >= steps ? to : held === undefined ? from : held(to));
}

/** A ramp taken apart: how much of the start value and of the target the LR has at `progress` in [0, 1]. */
export function sharesOf(shape: WarmupShape): (progress: number) => WarmupShares {
  if (shape === 'constant')
    return (progress) =>
      progress >= 1 ? { start: 0, target: 1, done: 1 } : { start: 0, target: CONSTANT_SHARE, done: 0 };
  return (progress) => {
    const done = progress >= 1 ? 1 : warmupShare(shape, progress);
    return { start: 1 - done, target: done, done };
  };
}
