// What a learning-rate range test says. Smith (arXiv 1506.01186, 1708.07120): raise the LR from tiny to large within a
// short run, look at the loss, and train below the point where it stops falling.

export type RangePoint = { readonly lr: number; readonly loss: number };

export type RangeResult = {
  /** Loss smoothed, up to where it had blown up. */
  readonly curve: readonly RangePoint[];
  /** Where the smoothed loss falls fastest against log LR. */
  readonly steepest: number;
  /** Where it is lowest. */
  readonly lowest: number;
  /** Where it was above `BLOWN_UP` times its lowest value; undefined where it never was. */
  readonly diverged: number | undefined;
  /** The lr0 to try: the steepest point, and at most a quarter of the lowest. */
  readonly suggested: number;
};

/** Weight of the past in the moving average; its bias at the start is corrected, as Adam corrects its own. */
const BETA = 0.9;
const BLOWN_UP = 4;
const FEWEST = 20;

/** Undefined with fewer than 20 finite losses, or where the loss never fell: then there is nothing to suggest. */
export function readRange(points: readonly RangePoint[]): RangeResult | undefined {
  const smooth = smoothed(points);
  const end = blownUpAt(smooth);
  const curve = end === undefined ? smooth : smooth.slice(0, end);
  if (curve.length < FEWEST) return undefined;
  const lowest = indexOfLowest(curve);
  const steepest = indexOfSteepest(curve, lowest);
  if (steepest === undefined) return undefined;
  return {
    curve,
    steepest: curve[steepest].lr,
    lowest: curve[lowest].lr,
    diverged: end === undefined ? undefined : smooth[end].lr,
    suggested: twoDigits(Math.min(curve[steepest].lr, curve[lowest].lr / 4)),
  };
}

function smoothed(points: readonly RangePoint[]): RangePoint[] {
  const result: RangePoint[] = [];
  let mean = 0;
  for (const { lr, loss } of points) {
    if (!Number.isFinite(loss)) {
      result.push({ lr, loss: Number.POSITIVE_INFINITY });
      break;
    }
    mean = BETA * mean + (1 - BETA) * loss;
    result.push({ lr, loss: mean / (1 - BETA ** (result.length + 1)) });
  }
  return result;
}

function blownUpAt(curve: readonly RangePoint[]): number | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  const index = curve.findIndex(({ loss }) => {
    lowest = Math.min(lowest, loss);
    return loss > BLOWN_UP * lowest || !Number.isFinite(loss);
  });
  return index < 0 ? undefined : index;
}

function indexOfLowest(curve: readonly RangePoint[]): number {
  return curve.reduce((best, { loss }, i) => (loss < curve[best].loss ? i : best), 0);
}

/** Central differences over two tenths of the way, so that a single lucky batch decides nothing. */
function indexOfSteepest(curve: readonly RangePoint[], lowest: number): number | undefined {
  const reach = Math.max(1, Math.floor(lowest / 10));
  let best: { readonly index: number; readonly slope: number } | undefined;
  for (let i = reach; i + reach <= lowest; i++) {
    const [a, b] = [curve[i - reach], curve[i + reach]];
    const slope = (b.loss - a.loss) / Math.log(b.lr / a.lr);
    if (slope < (best?.slope ?? 0)) best = { index: i, slope };
  }
  return best?.index;
}

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
