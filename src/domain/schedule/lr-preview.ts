import { listed, type Words, words } from '../../base/words';
import { type LrChange, weightsGroup } from './lr-changes';
import { withLrChanges } from './schedule';
import { rate } from './summary';
import type { Schedule } from './types';
import { targetAt } from './types';

/** One group's LR at the steps that show the effect of a change; without the change and with it. */
export type LrPreviewRow = {
  readonly group: string;
  readonly next: LrPair;
  /** Undefined after the warm-up. */
  readonly warmupEnd: LrPair | undefined;
  /** The highest from the next step on. */
  readonly peak: LrPair;
  readonly end: LrPair;
};
export type LrPair = { readonly before: number; readonly after: number };

export type LrPreview = {
  /** The step at which the change is expected to take effect. */
  readonly step: number;
  readonly rows: readonly LrPreviewRow[];
};

export type LrPreviewInput = {
  /** As planned, without changes during the run. */
  readonly schedule: Schedule;
  /** Changes made before. */
  readonly changes: readonly LrChange[];
  readonly change: LrChange;
};

/** The effect of a change of the LR, group by group, before it is made. */
export function previewLrChange({ schedule, changes, change }: LrPreviewInput): LrPreview {
  const before = withLrChanges(schedule, changes);
  const after = withLrChanges(schedule, [...changes, change]);
  const { step } = change;
  const last = schedule.steps - 1;
  const warmupEnd = schedule.warmupSteps > step ? Math.min(schedule.warmupSteps, last) : undefined;
  const rows = schedule.groups.map((group, index): LrPreviewRow => {
    const pair = (at: number): LrPair => ({ before: before.lrAt(at, index), after: after.lrAt(at, index) });
    return {
      group,
      next: pair(step),
      warmupEnd: warmupEnd === undefined ? undefined : pair(warmupEnd),
      peak: { before: peakFrom(before, index, step), after: peakFrom(after, index, step) },
      end: pair(last),
    };
  });
  return { step, rows };
}

/** A value above this multiple of the highest planned LR is taken for a typing error unless it is confirmed. */
const MOST_TIMES = 10;

export type TooHigh = { readonly value: number; readonly highest: number; readonly times: number };

/** Whether a value is far above anything that the plan has for this group, its warm-up left aside. */
export function tooHigh(schedule: Schedule, value: number, group?: string): TooHigh | undefined {
  const named = group === undefined ? -1 : schedule.groups.indexOf(group);
  const highest = highestTarget(schedule, named < 0 ? weightsGroup(schedule) : named);
  return value > MOST_TIMES * highest ? { value, highest, times: value / highest } : undefined;
}

export function tooHighSentence({ value, highest, times }: TooHigh): Words {
  return words(
    'LR {0} is {1} times the highest planned LR of this run, {2}',
    rate(value),
    rate(times),
    rate(highest),
  );
}

/** Targets change at most once an epoch, and the seams of changes are in `peakFrom`. */
function highestTarget(schedule: Schedule, group: number): number {
  const { steps, stepsPerEpoch } = schedule;
  let highest = 0;
  for (let step = 0; step < steps; step += Math.max(1, stepsPerEpoch))
    highest = Math.max(highest, targetAt(schedule, step, group));
  return highest;
}

const MOST_LOOKS = 4000;

function peakFrom(schedule: Schedule, group: number, from: number): number {
  const { steps, warmupSteps } = schedule;
  const stride = Math.max(1, Math.floor((steps - from) / MOST_LOOKS));
  const seam = Math.min(Math.max(from, warmupSteps), steps - 1);
  let peak = schedule.lrAt(seam, group);
  for (let step = from; step < steps; step += stride) peak = Math.max(peak, schedule.lrAt(step, group));
  return peak;
}

/** One line for each group: next step, end of warm-up, peak, end. */
export function previewLines({ step, rows }: LrPreview): Words[] {
  const shown = ({ before, after }: LrPair): Words => words('{0} (was {1})', rate(after), rate(before));
  return rows.map(({ group, next, warmupEnd, peak, end }) =>
    warmupEnd === undefined
      ? words('{0}: step {1} {2}, peak {3}, end {4}', group, step, shown(next), shown(peak), shown(end))
      : words(
          '{0}: step {1} {2}, end of warm-up {3}, peak {4}, end {5}',
          group,
          step,
          shown(next),
          shown(warmupEnd),
          shown(peak),
          shown(end),
        ),
  );
}

/** What was done: a sentence and the numbers of each group. */
export function describeLrChange(input: LrPreviewInput): Words {
  const { mode, value, step, group } = input.change;
  const what = group === undefined ? words('LR') : words('LR of {0}', group);
  const meanings = {
    scale: words('{0}: the planned curve passes through {1} at step {2}', what, rate(value), step),
    hold: words('{0} is {1} from step {2} to the end', what, rate(value), step),
    plan: words('{0} is back to the plan from step {1} on', what, step),
  };
  return listed([meanings[mode], ...previewLines(previewLrChange(input))], '; ');
}
