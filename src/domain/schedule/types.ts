import type { Words } from '../../base/words';
import type { ScheduleSettings } from '../experiment/types';

/**
 * LR, momentum and accumulation as functions of the step, counted from 0 over the whole run. One shape for every
 * trainer and library, so that one picture, one table and one trainer loop serve them all. Each call is O(1).
 */
export type Schedule = {
  /** Steps of the whole run. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Steps before the warm-up is over; 0 without one. */
  readonly warmupSteps: number;
  /** Parameter groups in the trainer's own order; the index is that of `lrAt`. */
  readonly groups: readonly string[];
  /** The first step of an epoch from which on the LR of no group rises; absent if that is not known. */
  readonly fallsFrom?: number;
  /** What one step is: a training batch, unless a library's scheduler is drawn by itself per epoch. */
  readonly unit?: 'step' | 'epoch';
  /** What its number of steps depends on, if that could not be counted: such numbers are shown with a mark. */
  readonly assumed?: readonly Words[];
  lrAt(step: number, group: number): number;
  /** The parts of a planned warm-up; absent if a schedule has none that could be changed during the run. */
  readonly warmup?: WarmupParts;
  /** Momentum of SGD; for Adam its beta1, which a warm-up does not change. */
  momentumAt(step: number): number;
  /** Batches whose gradients make one optimizer update. */
  accumulateAt(step: number): number;
};

/** LR = start * (the group's first LR) + target * (its planned one); `done` is the share of the way, 1 after it. */
export type WarmupShares = { readonly start: number; readonly target: number; readonly done: number };

/** The parts of a planned warm-up, so that its target can be changed during the run. */
export type WarmupParts = {
  sharesAt(step: number): WarmupShares;
  /** LR of a group at the very first step. */
  startOf(group: number): number;
  /** The planned LR without its warm-up. */
  targetAt(step: number, group: number): number;
};

/** `builtin` and `ultralytics` share their formulas; the rule of an Ultralytics version differs in its quirks. */
export type ScheduleRule = 'builtin' | 'ultralytics';

export type ScheduleInput = ScheduleSettings & {
  readonly rule: ScheduleRule;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Images per step over all devices. */
  readonly batch: number;
  /** Training images and classes: `optimizer: auto` is derived from them. Without images, steps times batch count. */
  readonly images?: number;
  readonly classes?: number;
  /** Of the installed package; the newest known one if absent. */
  readonly ultralyticsVersion?: string;
  /** Epoch (from 0) from which a resumed run continues. */
  readonly startEpoch?: number;
  /** `time` training: from this epoch (from 0) on the run is expected to have so many epochs. Ascending. */
  readonly stretches?: readonly Stretch[];
};

export type Stretch = { readonly fromEpoch: number; readonly epochs: number };

const OVER: WarmupShares = { start: 0, target: 1, done: 1 };

export function partsAt(schedule: Schedule, step: number): WarmupShares {
  return schedule.warmup?.sharesAt(step) ?? OVER;
}

/** The planned curve without its warm-up. */
export function targetAt(schedule: Schedule, step: number, group: number): number {
  return schedule.warmup?.targetAt(step, group) ?? schedule.lrAt(step, group);
}
