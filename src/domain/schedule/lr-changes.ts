import type { Schedule } from './types';

/** A change of the LR in flight, as it was applied (protocol/control.ts has the same shape). */
export type LrChange = {
  readonly step: number;
  readonly mode: 'scale' | 'hold';
  /** The LR at `step`: of `group`, or of the weights where no group is named. */
  readonly value: number;
  readonly group?: string;
};

export type Segment = { readonly from: number; readonly factor?: number; readonly held?: number };

/** The changes as they bear on one group, in the order of their steps. */
export function segmentsOf(
  schedule: Schedule,
  changes: readonly LrChange[],
  group: number,
): readonly Segment[] {
  const name = schedule.groups[group];
  return changes
    .filter((change) => change.group === undefined || change.group === name)
    .map((change) => segmentOf(schedule, change, group));
}

function segmentOf(schedule: Schedule, change: LrChange, group: number): Segment {
  const reference = change.group === undefined ? weightsGroup(schedule) : group;
  if (change.mode === 'hold') {
    return { from: change.step, held: change.value * steadyRatio(schedule, group, reference) };
  }
  return { from: change.step, factor: change.value / plannedLr(schedule, change.step, reference) };
}

function weightsGroup(schedule: Schedule): number {
  return Math.max(0, schedule.groups.indexOf('weights'));
}

// Warm-up starts at 0, which no factor lifts: there the LR that is being asked for is that of the next step above 0.
function plannedLr(schedule: Schedule, step: number, group: number): number {
  const planned = schedule.lrAt(step, group);
  if (planned > 0) return planned;
  const next = schedule.lrAt(step + 1, group);
  return next > 0 ? next : 1;
}

// Groups differ in warm-up for a while; what is held to the end keeps the ratio they have at the end.
function steadyRatio(schedule: Schedule, group: number, reference: number): number {
  const last = schedule.steps - 1;
  const ratio = schedule.lrAt(last, group) / schedule.lrAt(last, reference);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
}
