import { errorOf, smoothed } from './smooth';
import type { RangePoint, RangeResult } from './types';

// What a learning-rate range test says. Smith (arXiv 1506.01186, 1708.07120): raise the LR from tiny to large within a
// short run, look at the loss, and train below the LR at which it gets worse again. The point of steepest fall, which many
// tools suggest, says where learning begins: on a detector that is a hundred times below the LR it trains best with.

/** Smith takes a third or a quarter of the LR at which the loss gets worse. */
const MARGIN = 4;
/** The loss has blown up once it stays above this multiple of its lowest so far. */
const BLOWN_UP = 1.5;
const FEWEST = 20;
/** A rise counts from this share of the whole fall on. */
const CLEAR_RISE = 0.1;
/** And only beyond so many standard errors of the smoothed loss. */
const SURE = 3;

/** Undefined with fewer than 20 losses before it blew up, or where it never fell beyond its noise: nothing can be suggested. */
export function readRange(points: readonly RangePoint[]): RangeResult | undefined {
  const broken = points.findIndex(({ loss }) => !Number.isFinite(loss));
  const finite = broken < 0 ? points : points.slice(0, broken);
  if (finite.length < FEWEST) return undefined;
  const { curve, residuals, reach } = smoothed(finite);
  const blown = blownUpAt(curve, reach) ?? (broken < 0 ? undefined : broken);
  const read = readLandmarks(curve.slice(0, blown), {
    error: errorOf(residuals.slice(0, blown), reach),
    reach,
  });
  if (read === undefined) return undefined;
  const { steepest, lowest, rises } = read;
  const edge = points[rises ?? blown ?? points.length - 1].lr;
  return {
    curve,
    steepest: curve[steepest].lr,
    lowest: curve[lowest].lr,
    rises: rises === undefined ? undefined : curve[rises].lr,
    diverged: blown === undefined ? undefined : points[blown].lr,
    suggested: twoDigits(Math.min(edge / MARGIN, curve[lowest].lr)),
  };
}

type Noise = { readonly error: number; readonly reach: number };
type Landmarks = { readonly steepest: number; readonly lowest: number; readonly rises: number | undefined };

/** Indices of the landmarks of a curve that has not blown up. */
function readLandmarks(curve: readonly RangePoint[], { error, reach }: Noise): Landmarks | undefined {
  if (curve.length < FEWEST) return undefined;
  const lowest = indexOfLowest(curve);
  const steepest = indexOfSteepest(curve, lowest, reach);
  // Relative, as the error is: what noise does to a loss grows with it.
  const fall = Math.log(Math.max(...curve.slice(0, lowest + 1).map(({ loss }) => loss)) / curve[lowest].loss);
  if (steepest === undefined || fall <= SURE * error) return undefined;
  return { steepest, lowest, rises: risesAt(curve, lowest, Math.max(CLEAR_RISE * fall, SURE * error)) };
}

/**
 * From where on the loss stays high. It need not to the end: at absurd rates a detector may find nothing any more and its
 * loss come down again, and that low means nothing.
 */
function blownUpAt(curve: readonly RangePoint[], reach: number): number | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  const index = curve.findIndex(({ loss }, i) => {
    lowest = Math.min(lowest, loss);
    return curve.slice(i, i + 2 * reach).every((later) => later.loss > BLOWN_UP * lowest);
  });
  return index < 0 ? undefined : index;
}

function indexOfLowest(curve: readonly RangePoint[]): number {
  return curve.reduce((best, { loss }, i) => (loss < curve[best].loss ? i : best), 0);
}

/** Central differences over the reach of the smoothing, so that a single lucky batch decides nothing. */
function indexOfSteepest(curve: readonly RangePoint[], lowest: number, reach: number): number | undefined {
  let best: { readonly index: number; readonly slope: number } | undefined;
  for (let i = reach; i + reach <= lowest; i++) {
    const [a, b] = [curve[i - reach], curve[i + reach]];
    const slope = Math.log(b.loss / a.loss) / Math.log(b.lr / a.lr);
    if (slope < (best?.slope ?? 0)) best = { index: i, slope };
  }
  return best?.index;
}

/** Where the loss leaves the bottom for good: behind the last point that is still within `rise` of the lowest. */
function risesAt(curve: readonly RangePoint[], lowest: number, rise: number): number | undefined {
  const last = curve.findLastIndex(({ loss }) => Math.log(loss / curve[lowest].loss) <= rise);
  return last + 1 < curve.length ? last + 1 : undefined;
}

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
