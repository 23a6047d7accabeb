import type { RangePoint } from './types';

export type Smoothed = {
  readonly curve: readonly RangePoint[];
  /** What the smoothing removed from the logarithm of each loss. */
  readonly residuals: readonly number[];
  /** Standard deviation of the kernel, in steps. */
  readonly reach: number;
};

/** Width of the kernel against the length of the test: an eighth of a decade of five. */
const SHARE = 40;
/** A loss of zero does not have a logarithm. */
const TINY = 1e-12;

/**
 * A Gaussian mean of log losses over both sides: batches differ by factors (mosaic fills one with objects and leaves
 * the next empty), and one bad batch must not look like a rise. The test is over when it is read, so the average need
 * not be one of the past, whose lag (ten steps at 0.9) would put every landmark at three times its LR.
 */
export function smoothed(points: readonly RangePoint[], share = SHARE): Smoothed {
  const reach = Math.max(2, Math.round(points.length / share));
  const logs = points.map(({ loss }) => Math.log(Math.max(loss, TINY)));
  const kernel = kernelOf(reach);
  const means = logs.map((_, i) => meanAround(logs, i, kernel));
  return {
    curve: points.map(({ lr }, i) => ({ lr, loss: Math.exp(means[i]) })),
    residuals: logs.map((log, i) => log - means[i]),
    reach,
  };
}

/** Standard error of a smoothed log loss: the variance of a mean with Gaussian weights is that of one over 2 sqrt(pi) sigma. */
export function errorOf(residuals: readonly number[], reach: number): number {
  const variance = residuals.reduce((sum, value) => sum + value ** 2, 0) / residuals.length;
  return Math.sqrt(variance / (2 * Math.sqrt(Math.PI) * reach));
}

/** The same from the median of the residuals (Rousseeuw and Croux 1993): a curve that blows up at its end does not raise it. */
export function robustErrorOf(residuals: readonly number[], reach: number): number {
  const sizes = residuals.map(Math.abs).sort((a, b) => a - b);
  return (1.4826 * sizes[sizes.length >> 1]) / Math.sqrt(2 * Math.sqrt(Math.PI) * reach);
}

/**
 * By what noise looks smaller in residuals, which lack what each loss itself gave to its mean: .86 at a reach of 2, .98 at 16.
 * Without it 8 % of flat curves of 96 steps had an answer, with it 1 % (docs/statistics.md).
 */
export function residualShare(reach: number): number {
  return Math.sqrt(1 - 2 / (Math.sqrt(2 * Math.PI) * reach) + 1 / (2 * Math.sqrt(Math.PI) * reach));
}

/** Weights of a Gaussian mean at distances 0, 1 .. three times its standard deviation. */
const kernelOf = (reach: number): number[] =>
  Array.from({ length: 3 * reach + 1 }, (_, k) => Math.exp(-(k ** 2) / (2 * reach ** 2)));

function meanAround(values: readonly number[], at: number, kernel: readonly number[]): number {
  let [sum, weights] = [0, 0];
  const reach = kernel.length - 1;
  const last = Math.min(values.length - 1, at + reach);
  for (let i = Math.max(0, at - reach); i <= last; i++) {
    const weight = kernel[Math.abs(i - at)];
    sum += weight * values[i];
    weights += weight;
  }
  return sum / weights;
}
