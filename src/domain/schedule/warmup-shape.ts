import type { WarmupShape } from '../experiment/types';

// exp(-5) = 0.7 %: by then the curve of Ma and Yarats is at its target for every practical purpose.
const EXPONENT = 5;
/** Share of the LR that a constant warm-up holds. */
export const CONSTANT_SHARE = 0.1;

/**
 * Share of the way from the start value to the target at progress p in [0, 1]; reaches 1 at p = 1.
 * exponential: 1 - exp(-5p), scaled to end at 1 (Ma and Yarats 2019, arXiv 1910.04209).
 */
export function warmupShare(shape: WarmupShape, p: number): number {
  if (shape === 'exponential') return -Math.expm1(-EXPONENT * p) / -Math.expm1(-EXPONENT);
  return p;
}
