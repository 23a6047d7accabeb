import type { Schedule, WarmupShares } from './types';
import { partsAt, targetAt } from './types';

type RewindOfLr = {
  readonly schedule: Schedule;
  readonly changes: readonly LrChange[];
  /** The step from which training continues. */
  readonly step: number;
  readonly lrFactor: number;
  readonly warmup: number;
  readonly by: string;
};

/**
 * The state of every group's LR in a warm-up: LR = start * (the group's first LR) + target * (its planned target). The
 * shares are the same for all groups, so no group can be multiplied by more than another.
 */
type WarmupStanding = WarmupShares;

type Fresh = { readonly from: number; readonly steps: number };

/** From `from` on, until the next segment begins. */
type Segment =
  | {
      readonly kind: 'scale';
      readonly from: number;
      /** Of the planned target. */
      readonly factor: number;
      /** At `from`. */
      readonly standing: WarmupStanding;
      readonly fresh?: Fresh;
    }
  | { readonly kind: 'hold'; readonly from: number; readonly value: number; readonly fresh?: Fresh }
  | { readonly kind: 'plan'; readonly from: number; readonly fresh?: undefined };

/** A change of the LR during the run, as it was applied (run/requests.ts checks the same shape). */
export type LrChange = {
  readonly step: number;
  /**
   * scale: the planned curve without its warm-up is scaled so that it has `value` at `step`; a running warm-up
   * continues from its LR and leads there. hold: every group has `value` to the end. plan: back to the plan.
   */
  readonly mode: 'scale' | 'hold' | 'plan';
  /** Absolute: of `group`, or of the weights if no group is named. For `plan` it only records what the plan has there. */
  readonly value: number;
  readonly group?: string;
  /** Steps of a fresh warm-up from `step` on, after a rewind. */
  readonly warmup?: number;
  /** Who requested it: cli, vscode, keeper. */
  readonly by?: string;
};

/**
 * The changes as they apply to one group, in the order in which they were made. A change replaces what earlier ones set
 * from its step on: after a rewind, what was requested beyond that point is gone.
 */
export function segmentsOf(
  schedule: Schedule,
  changes: readonly LrChange[],
  group: number,
): readonly Segment[] {
  const name = schedule.groups[group];
  const own = changes.filter((change) => change.group === undefined || change.group === name);
  return own.reduce<readonly Segment[]>((before, change) => {
    const kept = before.filter((segment) => segment.from < change.step);
    return [...kept, segmentOf(schedule, change, { group, before: kept.at(-1) })];
  }, []);
}

type GroupSegment = { readonly group: number; readonly before: Segment | undefined };

function segmentOf(schedule: Schedule, change: LrChange, { group, before }: GroupSegment): Segment {
  const { step, mode, value, warmup } = change;
  const fresh = warmup === undefined ? before?.fresh : { from: step, steps: warmup };
  const from = { from: step, ...(fresh && { fresh }) };
  if (mode === 'plan') return { kind: 'plan', from: step };
  if (mode === 'hold') return { kind: 'hold', ...from, value };
  const reference = change.group === undefined ? weightsGroup(schedule) : group;
  const factor = factorOf(value, targetAt(schedule, step, reference));
  return { kind: 'scale', ...from, factor, standing: standingAfter(schedule, step, { factor, before }) };
}

/** A target of 0 cannot be scaled; trainers refuse it, and here the plan is kept. */
const factorOf = (value: number, target: number): number => (target > 0 ? value / target : 1);

/**
 * A lower LR takes effect at once in every group; a higher one begins at each group's current LR and is reached with
 * the warm-up.
 */
function standingAfter(
  schedule: Schedule,
  step: number,
  { factor, before }: { readonly factor: number; readonly before: Segment | undefined },
): WarmupStanding {
  const { start, target, done } = standingAt(schedule, step, before);
  const less = Math.min(1, factor / (before?.kind === 'scale' ? before.factor : 1));
  return { start: start * less, target: target * less, done };
}

export function weightsGroup(schedule: Pick<Schedule, 'groups'>): number {
  return Math.max(0, schedule.groups.indexOf('weights'));
}

/** The LR of a step under its segment. */
export function changedLr(
  schedule: Schedule,
  segment: Segment,
  at: { readonly step: number; readonly group: number },
): number {
  const { step, group } = at;
  if (segment.kind === 'plan') return schedule.lrAt(step, group);
  const fresh = freshShare(segment, step);
  if (segment.kind === 'hold') return segment.value * fresh;
  const { start, target } = standingAt(schedule, step, segment);
  const from = start === 0 ? 0 : start * (schedule.warmup?.startOf(group) ?? 0);
  return fresh * (from + target * targetAt(schedule, step, group));
}

/** The shares at a step, under the segment that holds there; those of the plan if there is none or if it held a value. */
function standingAt(schedule: Schedule, step: number, segment: Segment | undefined): WarmupStanding {
  const planned = partsAt(schedule, step);
  if (segment?.kind !== 'scale') return planned;
  const { factor, standing } = segment;
  const way = planned.done >= 1 ? 1 : (planned.done - standing.done) / (1 - standing.done);
  return {
    start: standing.start * (1 - way),
    target: standing.target * (1 - way) + factor * way,
    done: planned.done,
  };
}

/** Share of the LR in a fresh warm-up, linear; its first step does not have an LR of 0. */
function freshShare({ fresh }: Segment, step: number): number {
  return fresh === undefined ? 1 : Math.min(1, (step - fresh.from + 1) / (fresh.steps + 1));
}

/** The change of the LR that a rewind makes: a share of the LR at that step, after a fresh warm-up. */
export function rewindOfLr({ schedule, changes, step, lrFactor, warmup, by }: RewindOfLr): LrChange {
  const weights = weightsGroup(schedule);
  const held = segmentsOf(schedule, changes, weights).findLast(({ from }) => from < step || from === 0);
  const at = { step, warmup, by };
  if (held?.kind === 'hold') return { ...at, mode: 'hold', value: held.value * lrFactor };
  const factor = held?.kind === 'scale' ? held.factor : 1;
  return { ...at, mode: 'scale', value: targetAt(schedule, step, weights) * factor * lrFactor };
}
