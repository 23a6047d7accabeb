import { studentQuantile } from './student';

export type Limits = { readonly low: number; readonly high: number };

/**
 * What sums of doubles in another order differ by, many times over: two equal checkpoints gave -4e-16, which was "worse". No val
 * set has a mAP that differs by so little.
 */
export const ROUNDING = 1e-12;

/** A difference without what rounding made of it. */
export const settled = (difference: number): number => (Math.abs(difference) <= ROUNDING ? 0 : difference);

/** Two-sided 95 %. */
const TAIL = 0.025;

/**
 * The expanded percentile interval (Hesterberg 2015, "What Teachers Should Know About the Bootstrap", section 5.1): a
 * bootstrap of n images is too narrow by sqrt((n - 1) / n) and ignores Student's t, so a little more than the middle 95
 * % of the replicates is taken. `drawn` is how many images (or groups of them) one replicate draws.
 */
export function percentileLimits(replicates: Float64Array, drawn: number): Limits {
  return drawn < FEWEST_DRAWN ? UNKNOWN : middle(replicates, Math.sqrt(drawn / (drawn - 1)), drawn);
}

/**
 * Of one image a draw varies nothing, and of two or three too little: equal detectors "differed" in 84, 33 and 12 % of val sets
 * of 1, 2 and 3 images with labels, and in 7 to 8 % from four on (400 each).
 */
export const FEWEST_DRAWN = 5;

/**
 * The same of differences of replicates that are wide enough already, as those of wideMaps: for Student's t alone. Too few
 * images, or groups of them, say nothing: the limits are those of any difference of two shares.
 */
export function wideLimits(differences: Float64Array, drawn: number): Limits {
  return drawn < FEWEST_DRAWN ? UNKNOWN : middle(differences, 1, drawn);
}

/** Of any difference of two shares. */
const UNKNOWN: Limits = { low: -1, high: 1 };

/** Limits that hold what was estimated, which those of replicates alone need not, and nothing that a difference cannot be. */
export const holding = ({ low, high }: Limits, difference: number): Limits =>
  Number.isNaN(difference)
    ? { low, high }
    : {
        low: Math.max(UNKNOWN.low, Math.min(low, difference)),
        high: Math.min(UNKNOWN.high, Math.max(high, difference)),
      };

/** Share of the draws in which the second is better, those without a difference by half; of too few units one half: nothing is known. */
export const shareBetter = (differences: Float64Array, drawn: number): number =>
  drawn < FEWEST_DRAWN ? 0.5 : 1 - shareBelow(differences, 0);

/** Whether limits say nothing, because too little was drawn. */
export const isUnknown = ({ low, high }: Limits): boolean => low <= UNKNOWN.low && high >= UNKNOWN.high;

function middle(replicates: Float64Array, factor: number, drawn: number): Limits {
  const tail = normalCdf(-factor * studentQuantile(1 - TAIL, drawn - 1));
  const sorted = replicates.slice().sort();
  // From either end alike: with the sides swapped the limits are the same to the last bit (and 0 - x, for no -0).
  const mirrored = sorted.map((value) => -value).reverse();
  return { low: exceeded(sorted, tail), high: 0 - exceeded(mirrored, tail) };
}

/** Limits `factor` times as far from the estimate, a difference; no further than a difference can be. */
export function widened({ low, high }: Limits, estimate: number, factor: number): Limits {
  return holding(
    { low: estimate - factor * (estimate - low), high: estimate + factor * (high - estimate) },
    estimate,
  );
}

/**
 * Bias-corrected percentile limits of a mAP (Efron 1981): shifted by how far the replicates' median is from the estimate. They
 * hold the estimate and no more than a share can be; of too few images they are NaN.
 */
export function biasCorrectedLimits(replicates: Float64Array, estimate: number, drawn: number): Limits {
  if (replicates.length === 0 || drawn < FEWEST_DRAWN) return { low: Number.NaN, high: Number.NaN };
  const sorted = replicates.slice().sort();
  const half = 0.5 / replicates.length;
  const below = Math.min(1 - half, Math.max(half, shareBelow(replicates, estimate)));
  const shift = 2 * normalQuantile(below);
  const spread = normalQuantile(1 - TAIL);
  const [low, high] = [shift - spread, shift + spread].map((z) => exceeded(sorted, normalCdf(z)));
  return { low: Math.max(0, Math.min(low, estimate)), high: Math.min(1, Math.max(high, estimate)) };
}

/** Share of values below `limit`; those equal to it count half. */
export function shareBelow(values: Float64Array, limit: number): number {
  let doubled = 0;
  for (const value of values) doubled += Number(value < limit) + Number(value <= limit);
  return doubled / (2 * values.length);
}

/**
 * What a further value is below with a chance of `share`: the (n + 1) share-th in order (type 6 of Hyndman and Fan 1996;
 * Davison and Hinkley 1997, section 2.4). numpy's default lies further in: of 200 replicates it holds .940 for .95.
 */
export function exceeded(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = Math.min(sorted.length - 1, Math.max(0, (sorted.length + 1) * share - 1));
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation of the replicates: the bootstrap's standard error. */
export function deviationOf(values: Float64Array): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Standard normal distribution; the rational approximation 7.1.26 of Abramowitz and Stegun, error below 1e-7. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const factors = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const tail = 0.5 * factors.reduce((sum, factor) => (sum + factor) * t, 0) * Math.exp(-x * x);
  return z < 0 ? tail : 1 - tail;
}

/** Its inverse, by bisection: it is needed a few times per comparison. */
export function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
