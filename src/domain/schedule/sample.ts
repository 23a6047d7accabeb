import type { Schedule } from './types';

export type CurvePoint = { readonly step: number; readonly lr: number };

/** Steps sampled per pair of points: enough to see a cycle's top and bottom, few enough to be instant. */
const SAMPLES = 8;

type SampledSchedule = Pick<Schedule, 'steps' | 'warmupSteps' | 'lrAt'>;

/**
 * At most `points` points of one group's curve: the lowest and the highest of each stretch, so that no peak is lost, with
 * the first, the last and the end of warm-up always among them.
 */
export function samplePoints(
  schedule: SampledSchedule,
  group: number,
  points: number,
): readonly CurvePoint[] {
  const known = cacheOf(schedule);
  const key = `${group}/${points}`;
  const found = known.get(key) ?? takePoints(schedule, group, points);
  known.set(key, found);
  return found;
}

/** A hover draws, describes and marks one schedule: its points are computed once. */
const cache = new WeakMap<SampledSchedule, Map<string, readonly CurvePoint[]>>();

function cacheOf(schedule: SampledSchedule): Map<string, readonly CurvePoint[]> {
  const known = cache.get(schedule) ?? new Map<string, readonly CurvePoint[]>();
  cache.set(schedule, known);
  return known;
}

function takePoints(schedule: SampledSchedule, group: number, points: number): readonly CurvePoint[] {
  const { steps, warmupSteps } = schedule;
  if (steps <= points) return Array.from({ length: steps }, (_, step) => pointAt(schedule, group, step));
  const seams = [0, warmupSteps - 1, warmupSteps, steps - 1].filter((step) => step >= 0 && step < steps);
  const buckets = Math.max(1, Math.floor((points - seams.length) / 2));
  const found = new Map<number, CurvePoint>(seams.map((step) => [step, pointAt(schedule, group, step)]));
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = (bucket * steps) / buckets;
    const stretch = { from, length: steps / buckets };
    for (const point of extremes(schedule, group, stretch)) found.set(point.step, point);
  }
  return [...found.values()].toSorted((a, b) => a.step - b.step);
}

function extremes(
  schedule: SampledSchedule,
  group: number,
  { from, length }: { readonly from: number; readonly length: number },
): readonly CurvePoint[] {
  const samples = Math.min(SAMPLES, Math.ceil(length));
  let low = pointAt(schedule, group, Math.floor(from));
  let high = low;
  for (let sample = 1; sample < samples; sample++) {
    const point = pointAt(schedule, group, Math.floor(from + (sample * length) / samples));
    if (point.lr < low.lr) low = point;
    if (point.lr > high.lr) high = point;
  }
  return [low, high];
}

function pointAt(schedule: SampledSchedule, group: number, step: number): CurvePoint {
  return { step, lr: schedule.lrAt(step, group) };
}
