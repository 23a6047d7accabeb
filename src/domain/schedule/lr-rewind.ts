import { type LrChange, segmentsOf, weightsGroup } from './lr-changes';
import type { Schedule } from './types';
import { targetAt } from './warmup-parts';

export type RewindOfLr = {
  readonly schedule: Schedule;
  readonly changes: readonly LrChange[];
  /** The step from which training continues. */
  readonly step: number;
  readonly lrFactor: number;
  readonly warmup: number;
  readonly by: string;
};

/** The change of the LR that a rewind makes: a share of the LR at that step, after a fresh warm-up. */
export function rewindOfLr({ schedule, changes, step, lrFactor, warmup, by }: RewindOfLr): LrChange {
  const weights = weightsGroup(schedule);
  const held = segmentsOf(schedule, changes, weights).findLast(({ from }) => from < step || from === 0);
  const at = { step, warmup, by };
  if (held?.kind === 'hold') return { ...at, mode: 'hold', value: held.value * lrFactor };
  const factor = held?.kind === 'scale' ? held.factor : 1;
  return { ...at, mode: 'scale', value: targetAt(schedule, step, weights) * factor * lrFactor };
}
