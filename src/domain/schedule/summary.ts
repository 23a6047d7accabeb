import type { Schedule } from './types';

export type ScheduleSummary = {
  readonly start: number;
  readonly peak: { readonly step: number; readonly lr: number };
  readonly final: number;
  readonly warmupShare: number;
  /** First step found whose LR is NaN or infinite; other numbers here leave such points out. */
  readonly brokenAt: number | undefined;
};

/**
 * The group that people mean by "the LR". It need not be the first: MuSGD's boosted part comes before it, and before
 * Ultralytics 8.4 the biases did.
 */
export const MAIN_GROUP = 'weights';

/** Index of the main group; 0 if no group has its name. */
export function mainGroup({ groups }: Pick<Schedule, 'groups'>): number {
  return Math.max(0, groups.indexOf(MAIN_GROUP));
}

type SummedSchedule = Pick<
  Schedule,
  'steps' | 'stepsPerEpoch' | 'warmupSteps' | 'fallsFrom' | 'groups' | 'lrAt' | 'unit'
>;

/** A hover asks four times for one schedule: title, axes, frame and mark. */
const known = new WeakMap<SummedSchedule, Map<number, ScheduleSummary>>();

export function summarize(schedule: SummedSchedule, group = mainGroup(schedule)): ScheduleSummary {
  const ofGroups = known.get(schedule) ?? new Map<number, ScheduleSummary>();
  known.set(schedule, ofGroups);
  const summary = ofGroups.get(group) ?? summaryOf(schedule, group);
  ofGroups.set(group, summary);
  return summary;
}

function summaryOf(schedule: SummedSchedule, group: number): ScheduleSummary {
  const points = [...samplePoints(schedule, group, 400), ...epochEnds(schedule, group)];
  const finite = points.filter(({ lr }) => Number.isFinite(lr));
  const peak = finite.reduce(
    (best, point) => (point.lr > best.lr || (point.lr === best.lr && point.step < best.step) ? point : best),
    finite[0] ?? { step: 0, lr: 0 },
  );
  return {
    start: schedule.lrAt(0, group),
    peak,
    final: schedule.lrAt(Math.max(0, schedule.steps - 1), group),
    brokenAt: points.find(({ lr }) => !Number.isFinite(lr))?.step,
    warmupShare: schedule.steps > 0 ? schedule.warmupSteps / schedule.steps : 0,
  };
}

/** A run that rises for longer is only sampled. */
const MOST_EPOCHS = 2000;

/**
 * First and last step of each epoch as long as the LR may still rise: if decay goes by the epoch and warm-up by the step, the
 * peak is one of them.
 */
function epochEnds(schedule: SummedSchedule, group: number): readonly CurvePoint[] {
  const { steps, stepsPerEpoch, unit, fallsFrom = steps } = schedule;
  if (unit === 'epoch' || !(stepsPerEpoch > 0)) return [];
  const rising = Math.min(steps, fallsFrom + 1);
  const epochs = Math.ceil(rising / stepsPerEpoch);
  if (epochs > MOST_EPOCHS) return [];
  const firsts = Array.from({ length: epochs }, (_, epoch) => epoch * stepsPerEpoch);
  const ends = firsts.flatMap((first) => [first, Math.min(steps, first + stepsPerEpoch) - 1]);
  return ends.map((step) => ({ step, lr: schedule.lrAt(step, group) }));
}

export function rate(lr: number): string {
  return String(Number(lr.toPrecision(4)));
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

type CurvePoint = { readonly step: number; readonly lr: number };

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
