import type { NoAnswer, RangePoint } from './types';

// The landmarks of one curve. Smith (arXiv 1506.01186, 1708.07120): raise the LR from tiny to large within a short run,
// watch the loss, and train below the LR at which it gets worse again. The point of steepest fall, which many tools
// suggest, shows where learning begins: for a detector that is a hundred times below the LR it trains best with.

/** The loss has blown up once it stays above this multiple of its lowest so far, and that is more than noise. */
const BLOWN_UP = 1.5;
/** Fewest steps of which a curve can be made. */
export const FEWEST = 20;
/** A rise counts from this share of the whole fall on. */
const CLEAR_RISE = 0.1;
/** A rise also must exceed so many standard errors of the smoothed loss. */
const SURE = 3;
/**
 * Standard errors that the whole fall must exceed. The highest and the lowest of a curve are picked, so the measure is that of
 * a studentised range: in 300 flat curves each of 40 to 640 steps its 95th percentile was 5.4 to 6.1, with 5 % of the batches
 * four times as noisy 6.4. At 3, 54 to 77 % of flat curves had an answer; at 6, 1 to 5 % (7 % with the noisy batches).
 */
const SURE_FALL = 6;

export type Landmarks = {
  /** Loss smoothed, as far as it was finite. */
  readonly curve: readonly RangePoint[];
  /** What the smoothing removed from the logarithm of each loss. */
  readonly residuals: readonly number[];
  /** Indices into the points. */
  readonly steepest: number;
  readonly lowest: number;
  readonly rises: number | undefined;
  readonly blown: number | undefined;
};

/** The points at which learning begins, the loss is lowest, rises and blows up; or why they cannot be found. */
export function landmarksOf(points: readonly RangePoint[]): Landmarks | NoAnswer {
  const broken = points.findIndex(({ loss }) => !Number.isFinite(loss));
  const finite = broken < 0 ? points : points.slice(0, broken);
  if (finite.length < FEWEST) return tooFew(points, broken);
  const { curve, residuals, reach } = smoothed(finite);
  const limit = Math.log(BLOWN_UP) + SURE * robustErrorOf(residuals, reach);
  const blown = blownUpAt(curve, reach, limit) ?? (broken < 0 ? undefined : broken);
  const noise = { error: errorOf(residuals.slice(0, blown), reach), reach };
  if ((blown ?? curve.length) < FEWEST) return tooFew(points, blown ?? -1);
  const read = readLandmarks(curve.slice(0, blown), noise);
  return 'kind' in read ? read : { ...read, curve, residuals, blown };
}

const tooFew = (points: readonly RangePoint[], blown: number): NoAnswer =>
  blown < 0 ? { kind: 'short', steps: points.length } : { kind: 'blown', lr: points[blown].lr };

type Noise = { readonly error: number; readonly reach: number };
type CurveLandmarks = Pick<Landmarks, 'steepest' | 'lowest' | 'rises'>;

/** Of a curve that has not blown up. */
function readLandmarks(curve: readonly RangePoint[], { error, reach }: Noise): CurveLandmarks | NoAnswer {
  const lowest = indexOfLowest(curve);
  const steepest = indexOfSteepest(curve, lowest, reach);
  // Relative, as the error is: what noise does to a loss grows with it.
  const fall = Math.log(Math.max(...curve.slice(0, lowest + 1).map(({ loss }) => loss)) / curve[lowest].loss);
  const sure = (SURE_FALL * error) / residualShare(reach);
  if (steepest === undefined || fall <= sure)
    return { kind: 'flat', fall: 1 - Math.exp(-fall), noise: 1 - Math.exp(-sure) };
  const rises = risesAt(curve, lowest, Math.max(CLEAR_RISE * fall, SURE * error));
  return { steepest, lowest: lastAsLow(curve, lowest, error), rises };
}

/**
 * Noise alone decides which point of a flat bottom is the very lowest: of all within one standard error of it the last
 * counts (the one-standard-error rule, Breiman et al. 1984). On the example 57 steps had their lowest at 0.002, 128 at
 * 0.03.
 */
function lastAsLow(curve: readonly RangePoint[], lowest: number, error: number): number {
  return curve.findLastIndex(({ loss }) => Math.log(loss / curve[lowest].loss) <= error);
}

/**
 * The first point after which the loss stays high, not necessarily to the end: at absurd rates a detector may find
 * nothing any more and its loss fall again, and that low means nothing.
 */
function blownUpAt(curve: readonly RangePoint[], reach: number, limit: number): number | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  const index = curve.findIndex(({ loss }, i) => {
    lowest = Math.min(lowest, loss);
    return curve.slice(i, i + 2 * reach).every((later) => Math.log(later.loss / lowest) > limit);
  });
  return index < 0 ? undefined : index;
}

function indexOfLowest(curve: readonly RangePoint[]): number {
  return curve.reduce((best, { loss }, i) => (loss < curve[best].loss ? i : best), 0);
}

/** Central differences over the width of the smoothing, so that a single lucky batch decides nothing. */
function indexOfSteepest(curve: readonly RangePoint[], lowest: number, reach: number): number | undefined {
  let best: { readonly index: number; readonly slope: number } | undefined;
  for (let i = reach; i + reach <= lowest; i++) {
    const [a, b] = [curve[i - reach], curve[i + reach]];
    const slope = Math.log(b.loss / a.loss) / Math.log(b.lr / a.lr);
    if (slope < (best?.slope ?? 0)) best = { index: i, slope };
  }
  return best?.index;
}

/**
 * The point at which the loss leaves the bottom for good: after the last point that is still within `rise` of the
 * lowest.
 */
function risesAt(curve: readonly RangePoint[], lowest: number, rise: number): number | undefined {
  const last = curve.findLastIndex(({ loss }) => Math.log(loss / curve[lowest].loss) <= rise);
  return last + 1 < curve.length ? last + 1 : undefined;
}

type Smoothed = {
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
function errorOf(residuals: readonly number[], reach: number): number {
  const variance = residuals.reduce((sum, value) => sum + value ** 2, 0) / residuals.length;
  return Math.sqrt(variance / (2 * Math.sqrt(Math.PI) * reach));
}

/** The same from the median of the residuals (Rousseeuw and Croux 1993): a curve that blows up at its end does not raise it. */
function robustErrorOf(residuals: readonly number[], reach: number): number {
  const sizes = residuals.map(Math.abs).sort((a, b) => a - b);
  return (1.4826 * sizes[sizes.length >> 1]) / Math.sqrt(2 * Math.sqrt(Math.PI) * reach);
}

/**
 * By what noise looks smaller in residuals, which lack what each loss itself gave to its mean: .86 at a reach of 2, .98 at 16.
 * Without it 8 % of flat curves of 96 steps had an answer, with it 1 % (docs/statistics.md).
 */
function residualShare(reach: number): number {
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
