/** A curve as parallel columns; a NaN in y is a gap. */
export type Points = { readonly x: Float64Array; readonly y: Float64Array };
export type Window = { readonly from: number; readonly to: number; readonly buckets: number };

/**
 * Thins an ascending x to the smallest and largest y of each of `buckets` equal parts of [from, to], in their order;
 * one point on either side of the window is kept, so that lines reach the edge. At most 3 points a bucket.
 */
export function thin(points: Points, window: Window): Points {
  const start = Math.max(0, lowerBound(points.x, window.from) - 1);
  const end = Math.min(points.x.length, upperBound(points.x, window.to) + 1);
  if (end - start <= 2 * window.buckets) return slice(points, start, end);
  return bucketed(points, { start, end, window });
}

type RowRange = { readonly start: number; readonly end: number; readonly window: Window };

function bucketed({ x, y }: Points, { start, end, window }: RowRange): Points {
  const out = createWriter(3 * window.buckets + 8);
  const perBucket = (window.to - window.from) / window.buckets;
  let i = start;
  while (i < end) {
    const edge = window.from + (Math.floor((x[i] - window.from) / perBucket) + 1) * perBucket;
    const first = i;
    i = Math.min(end, Math.max(lowerBound(x, edge, first), first + 1));
    out.extremes({ x, y }, first, i);
  }
  // A line ends at its last point, whatever the last bucket's extremes are.
  out.last(x[end - 1], y[end - 1]);
  return out.finish();
}

type Writer = {
  extremes(points: Points, from: number, to: number): void;
  last(x: number, y: number): void;
  finish(): Points;
};

function createWriter(capacity: number): Writer {
  const x = new Float64Array(capacity);
  const y = new Float64Array(capacity);
  let length = 0;
  const push = (px: number, py: number): void => {
    if (length === capacity) return;
    x[length] = px;
    y[length++] = Number.isFinite(py) ? py : Number.NaN;
  };
  return {
    extremes(points, from, to) {
      for (const i of pick(points.y, from, to)) push(points.x[i], points.y[i]);
    },
    last(px, py) {
      if (length === 0 || x[length - 1] < px) push(px, py);
    },
    finish: () => ({ x: x.slice(0, length), y: y.slice(0, length) }),
  };
}

/** Indices to keep of a bucket: smallest and largest finite value in their order, then one gap if there is any. */
function pick(y: Float64Array, from: number, to: number): number[] {
  const { low, high, gap } = extremesOf(y, from, to);
  const ends = low < 0 ? [] : low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
  return gap < 0 ? ends : [...ends, gap];
}

/** Indices of the smallest and largest finite value and of the last non-finite one; -1 if there is none. */
function extremesOf(y: Float64Array, from: number, to: number): { low: number; high: number; gap: number } {
  let low = -1;
  let high = -1;
  let gap = -1;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const v = y[i];
    if (!Number.isFinite(v)) {
      gap = i;
      continue;
    }
    if (v < smallest) {
      smallest = v;
      low = i;
    }
    if (v > largest) {
      largest = v;
      high = i;
    }
  }
  return { low, high, gap };
}

function slice({ x, y }: Points, start: number, end: number): Points {
  return { x: x.slice(start, end), y: y.slice(start, end).map((v) => (Number.isFinite(v) ? v : Number.NaN)) };
}

/** Index of the first x that is not below the value. */
export function lowerBound(x: ArrayLike<number>, value: number, from = 0): number {
  let low = from;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first x that is above the value. */
export function upperBound(x: ArrayLike<number>, value: number): number {
  let low = lowerBound(x, value);
  while (low < x.length && x[low] === value) low++;
  return low;
}
