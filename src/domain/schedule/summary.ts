import { samplePoints } from './sample';
import type { Schedule } from './types';

export type ScheduleSummary = {
  readonly start: number;
  readonly peak: { readonly step: number; readonly lr: number };
  readonly final: number;
  readonly warmupShare: number;
  /** First step found whose LR is NaN or infinite; such points are in no other number here. */
  readonly brokenAt: number | undefined;
};

/**
 * The group that people mean by "the LR". It need not be the first: MuSGD's boosted part stands before it, and before
 * Ultralytics 8.4 the biases did.
 */
export const MAIN_GROUP = 'weights';

/** Place of the main group; the first where none has its name. */
export function mainGroup({ groups }: Pick<Schedule, 'groups'>): number {
  return Math.max(0, groups.indexOf(MAIN_GROUP));
}

export function summarize(schedule: Schedule, group = mainGroup(schedule)): ScheduleSummary {
  const points = samplePoints(schedule, group, 400);
  const finite = points.filter(({ lr }) => Number.isFinite(lr));
  const peak = finite.reduce(
    (best, point) => (point.lr > best.lr ? point : best),
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

/** The curve in one line, for those who cannot see the picture. */
export function describeSchedule(schedule: Schedule): string {
  if (schedule.steps === 0) return 'a run of no steps';
  const { start, peak, final, warmupShare } = summarize(schedule);
  const unit = schedule.unit ?? 'step';
  const warm = schedule.warmupSteps;
  const rise =
    warm > 0
      ? `LR ${start > 0 ? `from ${rate(start)}` : 'from 0'} up to ${rate(peak.lr)} over ${counted(warm, unit)} (${percent(warmupShare)})`
      : `LR ${rate(start)}${peak.lr > start ? `, highest ${rate(peak.lr)} at ${unit} ${whole(peak.step)}` : ''}, no warm-up`;
  return `${rise}, then to ${rate(final)} at ${unit} ${whole(schedule.steps - 1)}`;
}

export function rate(lr: number): string {
  return String(Number(lr.toPrecision(4)));
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function whole(n: number): string {
  return n.toLocaleString('en-US');
}

export function counted(n: number, unit: string): string {
  return `${whole(n)} ${unit}${n === 1 ? '' : 's'}`;
}
