import { formatCount } from '../display/format';
import { percent, rate, summarize } from './summary';
import type { Schedule } from './types';

/**
 * The numbers that summarize a schedule. Hover, hints, picture, preview, terminal and JSON all take them from here, so
 * that one quantity has one number and one name.
 */
export type Headlines = {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Steps before the warm-up is over. */
  readonly warmupSteps: number;
  /** Share of the run; undefined if the length of the run is assumed: a share of it would mean nothing. */
  readonly warmupShare: number | undefined;
  /** At step 0. */
  readonly firstLr: number;
  /**
   * The largest of the whole run, and the first step that has it. It need not be the end of the warm-up: decay goes on
   * meanwhile.
   */
  readonly highestLr: number;
  readonly highestLrStep: number;
  /** At the last step. */
  readonly lastLr: number;
};

/** How headlines are written: an assumed number carries a mark. */
export type HeadlineTexts = { readonly [K in Exclude<keyof Headlines, 'warmupShare'>]: string } & {
  readonly warmupShare: string | undefined;
};

type HeadlineCurve = Pick<
  Schedule,
  'steps' | 'stepsPerEpoch' | 'warmupSteps' | 'fallsFrom' | 'groups' | 'lrAt' | 'assumed' | 'unit'
>;

/** Of the main group, unless another is named. */
export function headlinesOf(schedule: HeadlineCurve, group?: number): Headlines {
  const { start, peak, final, warmupShare } = summarize(schedule, group);
  const { stepsPerEpoch, steps, warmupSteps } = schedule;
  return {
    ...{ stepsPerEpoch, steps, warmupSteps },
    warmupShare: isAssumed(schedule) ? undefined : warmupShare,
    firstLr: start,
    highestLr: peak.lr,
    highestLrStep: peak.step,
    lastLr: final,
  };
}

export function headlineTexts(schedule: HeadlineCurve, group?: number): HeadlineTexts {
  const { warmupShare, ...of } = headlinesOf(schedule, group);
  const count = (n: number): string => markedCount(schedule, n);
  return {
    stepsPerEpoch: count(of.stepsPerEpoch),
    steps: count(of.steps),
    warmupSteps: count(of.warmupSteps),
    warmupShare: warmupShare === undefined ? undefined : percent(warmupShare),
    firstLr: rate(of.firstLr),
    highestLr: rate(of.highestLr),
    highestLrStep: of.highestLrStep === 0 ? '0' : count(of.highestLrStep),
    lastLr: rate(of.lastLr),
  };
}

export function isAssumed({ assumed = [] }: Pick<Schedule, 'assumed'>): boolean {
  return assumed.length > 0;
}

/** A count of steps; "~" before one that depends on an assumption. */
export function markedCount(schedule: Pick<Schedule, 'assumed'>, n: number): string {
  return isAssumed(schedule) && n !== 0 ? `~${formatCount(n)}` : formatCount(n);
}

/** The curve in one line, for those who cannot see the picture. */
export function describeSchedule(schedule: Schedule): string {
  if (schedule.steps === 0) return 'a run of no steps';
  const unit = schedule.unit ?? 'step';
  const { firstLr, highestLr, highestLrStep, lastLr, warmupShare, ...of } = headlineTexts(schedule);
  const share = warmupShare === undefined ? '' : ` (${warmupShare})`;
  const warmup = schedule.warmupSteps > 0 ? `warm-up of ${of.warmupSteps} ${unit}s${share}` : 'no warm-up';
  return `LR from ${firstLr}, highest ${highestLr} at ${unit} ${highestLrStep}, ${warmup}, then to ${lastLr} at ${unit} ${markedCount(schedule, schedule.steps - 1)}`;
}
