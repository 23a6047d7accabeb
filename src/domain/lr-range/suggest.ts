import { smoothed } from './smooth';
import type { RangePoint, RangeResult } from './types';

// What a learning-rate range test says. Smith (arXiv 1506.01186, 1708.07120): raise the LR from tiny to large within a
// short run, look at the loss, and train below the LR at which it gets worse again. The point of steepest fall, which many
// tools suggest, says where learning begins: on a detector that is a hundred times below the LR it trains best with.

/** Smith takes a third or a quarter of the LR at which the loss gets worse. */
const MARGIN = 4;
const BLOWN_UP = 4;
const FEWEST = 20;
/** A rise counts from this share of the whole fall on. */
const CLEAR_RISE = 0.1;
/** And only beyond so many standard errors of the smoothed loss. */
const SURE = 3;

/** Undefined with fewer than 20 losses before it blew up, or where it never fell beyond its noise: nothing can be suggested. */
export function readRange(points: readonly RangePoint[]): RangeResult | undefined {
  const end = blownUpAt(points);
  const kept = end === undefined ? points : points.slice(0, end);
  if (kept.length < FEWEST) return undefined;
  const { curve, error, reach } = smoothed(kept);
  const lowest = indexOfLowest(curve);
  const steepest = indexOfSteepest(curve, lowest, reach);
  const fall = Math.max(...curve.slice(0, lowest + 1).map(({ loss }) => loss)) - curve[lowest].loss;
  if (steepest === undefined || fall <= SURE * error) return undefined;
  const rises = risesAt(curve, lowest, Math.max(CLEAR_RISE * fall, SURE * error));
  const edge = rises ?? end ?? points.length - 1;
  return {
    curve,
    steepest: curve[steepest].lr,
    lowest: curve[lowest].lr,
    rises: rises === undefined ? undefined : curve[rises].lr,
    diverged: end === undefined ? undefined : points[end].lr,
    suggested: twoDigits(Math.min(points[edge].lr / MARGIN, curve[lowest].lr)),
  };
}

/** The first of two bad losses in a row, or one that is not finite: a single bad batch ends no test. */
function blownUpAt(points: readonly RangePoint[]): number | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  const isBad = (loss: number): boolean => !(loss <= BLOWN_UP * lowest);
  const index = points.findIndex(({ loss }, i) => {
    if (!Number.isFinite(loss)) return true;
    const next = points[i + 1]?.loss ?? loss;
    if (isBad(loss) && isBad(next)) return i > 0;
    // The better of two neighbours, so that one lucky batch does not make all others look bad.
    lowest = Math.min(lowest, Math.max(loss, points[i - 1]?.loss ?? loss));
    return false;
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
    const slope = (b.loss - a.loss) / Math.log(b.lr / a.lr);
    if (slope < (best?.slope ?? 0)) best = { index: i, slope };
  }
  return best?.index;
}

/** Where the loss leaves the bottom for good: behind the last point that is still within `rise` of the lowest. */
function risesAt(curve: readonly RangePoint[], lowest: number, rise: number): number | undefined {
  const last = curve.findLastIndex(({ loss }) => loss <= curve[lowest].loss + rise);
  return last + 1 < curve.length ? last + 1 : undefined;
}

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
