import type { RangePoint } from './types';

export type Smoothed = {
  readonly curve: readonly RangePoint[];
  /** Standard error of a smoothed loss, from what the smoothing took away. */
  readonly error: number;
  /** Standard deviation of the kernel, in steps. */
  readonly reach: number;
};

/** Width of the kernel against the length of the test: an eighth of a decade of five. */
const SHARE = 40;

/**
 * A Gaussian mean over both neighbours. The test is over when it is read, so nothing forces an average of the past, whose
 * lag (ten steps at 0.9) would put every landmark at three times its LR.
 */
export function smoothed(points: readonly RangePoint[]): Smoothed {
  const reach = Math.max(2, Math.round(points.length / SHARE));
  const curve = points.map(({ lr }, i) => ({ lr, loss: meanAround(points, i, reach) }));
  const noise = Math.sqrt(meanSquare(points.map(({ loss }, i) => loss - curve[i].loss)));
  // The variance of a mean with Gaussian weights is that of one point over 2 sqrt(pi) sigma.
  return { curve, error: noise / Math.sqrt(2 * Math.sqrt(Math.PI) * reach), reach };
}

function meanAround(points: readonly RangePoint[], at: number, reach: number): number {
  let [sum, weights] = [0, 0];
  const last = Math.min(points.length - 1, at + 3 * reach);
  for (let i = Math.max(0, at - 3 * reach); i <= last; i++) {
    const weight = Math.exp(-((i - at) ** 2) / (2 * reach ** 2));
    sum += weight * points[i].loss;
    weights += weight;
  }
  return sum / weights;
}

const meanSquare = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
