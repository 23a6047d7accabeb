import type { CocoStats } from '../types';
import type { ArrayShape, Planes, Wanted } from './accumulate';
import type { CocoParams } from './input';

const BLOCK = 128;

/** Which cells are averaged: all thresholds and categories of one area range and maxDetections, or fewer. */
export type Selection = {
  readonly area?: string;
  readonly maxDetections?: number;
  /** One IoU threshold; it must be on the grid. */
  readonly iouThreshold?: number;
  readonly category?: number;
};

/** COCOeval.summarize's default; used even if params have no such entry, which gives -1 (cocoapi#558). */
const DEFAULT_MAX = 100;
const LAST = 2;

/** The planes that the 12 numbers need. */
export function plansOfStats(params: CocoParams): Wanted[] {
  const { areas, maxDetections } = params;
  const precise = (level: number): boolean => level === LAST || maxDetections[level] === DEFAULT_MAX;
  const ofLevel = (area: string, level: number): Wanted => {
    if (precise(level)) return 'precision';
    return area === 'all' ? 'recall' : 'nothing';
  };
  return areas.flatMap(({ name }) => maxDetections.map((_, level) => ofLevel(name, level)));
}

/** The 12 numbers that COCOeval.summarize prints. */
export function summarize(planes: Planes, params: CocoParams): CocoStats {
  const [first, second, third] = params.maxDetections;
  const ap = (selection: Selection): number => averagePrecision(planes, params, selection);
  const ar = (selection: Selection): number => averageRecall(planes, params, selection);
  const at = { maxDetections: third };
  return {
    AP: ap({ maxDetections: DEFAULT_MAX }),
    AP50: ap({ ...at, iouThreshold: 0.5 }),
    AP75: ap({ ...at, iouThreshold: 0.75 }),
    APs: ap({ ...at, area: 'small' }),
    APm: ap({ ...at, area: 'medium' }),
    APl: ap({ ...at, area: 'large' }),
    AR1: ar({ maxDetections: first }),
    AR10: ar({ maxDetections: second }),
    AR100: ar(at),
    ARs: ar({ ...at, area: 'small' }),
    ARm: ar({ ...at, area: 'medium' }),
    ARl: ar({ ...at, area: 'large' }),
  };
}

/** Mean precision over the selected cells that exist; -1 if none does. */
export function averagePrecision(planes: Planes, params: CocoParams, selection: Selection): number {
  const plane = planes.precision[planeOf(params, selection)];
  return plane === undefined ? -1 : average(plane, planes.shape, params, selection);
}

/** Mean of the highest recall over the selected cells that exist; -1 if none does. */
export function averageRecall(planes: Planes, params: CocoParams, selection: Selection): number {
  const plane = planes.recall[planeOf(params, selection)];
  return plane === undefined ? -1 : average(plane, planes.shape, params, selection);
}

function planeOf({ areas, maxDetections }: CocoParams, selection: Selection): number {
  const area = areas.findIndex(({ name }) => name === (selection.area ?? 'all'));
  const level = maxDetections.indexOf(selection.maxDetections ?? DEFAULT_MAX);
  return area < 0 || level < 0 ? -1 : area * maxDetections.length + level;
}

function average(plane: Float64Array, shape: ArrayShape, params: CocoParams, selection: Selection): number {
  const rows = plane.length / shape[0];
  const found = new Float64Array(plane.length);
  let count = 0;
  for (let t = 0; t < shape[0]; t++) {
    if ((selection.iouThreshold ?? params.iouThresholds[t]) !== params.iouThresholds[t]) continue;
    const row = plane.subarray(t * rows, (t + 1) * rows);
    count += collect(row, shape[2], selection.category, found.subarray(count));
  }
  return count === 0 ? -1 : pairwiseMean(found, count);
}

/** Copies the values that exist, of one category or of all, in order; returns how many. */
function collect(
  row: Float64Array,
  categories: number,
  category: number | undefined,
  found: Float64Array,
): number {
  const step = category === undefined ? 1 : categories;
  let count = 0;
  for (let i = category ?? 0; i < row.length; i += step) if (row[i] > -1) found[count++] = row[i];
  return count;
}

/** numpy 2's mean of the first `count` values: pairwise summation in blocks of 128, eight partial sums in each. */
function pairwiseMean(values: Float64Array, count: number): number {
  return pairwiseSum(values, 0, count) / count;
}

function pairwiseSum(values: Float64Array, start: number, count: number): number {
  if (count < 8) return plainSum(values, start, count, 0);
  if (count <= BLOCK) return blockSum(values, start, count);
  const half = Math.floor(count / 2);
  const first = half - (half % 8);
  return pairwiseSum(values, start, first) + pairwiseSum(values, start + first, count - first);
}

function plainSum(values: Float64Array, start: number, count: number, initial: number): number {
  let sum = initial;
  for (let i = start; i < start + count; i++) sum += values[i];
  return sum;
}

function blockSum(values: Float64Array, start: number, count: number): number {
  const whole = count - (count % 8);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let i = start; i < start + whole; i += 8) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
    e += values[i + 4];
    f += values[i + 5];
    g += values[i + 6];
    h += values[i + 7];
  }
  const sum = a + b + (c + d) + (e + f + (g + h));
  return plainSum(values, start + whole, count - whole, sum);
}
