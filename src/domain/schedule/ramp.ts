import type { WarmupShape } from '../experiment/types';
import { interpolate } from './rounding';
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
