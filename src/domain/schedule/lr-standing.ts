import type { Schedule, WarmupShares } from './types';
import { partsAt } from './warmup-parts';

/**
 * The state of every group's LR in a warm-up: LR = start * (the group's first LR) + target * (its planned target). The
 * shares are the same for all groups, so no group can be multiplied by more than another.
 */
export type WarmupStanding = WarmupShares;

type Fresh = { readonly from: number; readonly steps: number };

/** From `from` on, until the next segment begins. */
export type Segment =
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

/** The shares at a step, under the segment that holds there; those of the plan if there is none or if it held a value. */
export function standingAt(schedule: Schedule, step: number, segment: Segment | undefined): WarmupStanding {
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
export function freshShare({ fresh }: Segment, step: number): number {
  return fresh === undefined ? 1 : Math.min(1, (step - fresh.from + 1) / (fresh.steps + 1));
}
