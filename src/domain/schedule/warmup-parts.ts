import type { Schedule, WarmupShares } from './types';

const OVER: WarmupShares = { start: 0, target: 1, done: 1 };

export function partsAt(schedule: Schedule, step: number): WarmupShares {
  return schedule.warmup?.sharesAt(step) ?? OVER;
}

/** The planned curve without its warm-up. */
export function targetAt(schedule: Schedule, step: number, group: number): number {
  return schedule.warmup?.targetAt(step, group) ?? schedule.lrAt(step, group);
}
