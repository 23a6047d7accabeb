import { inEnglish } from '../../base/words';
import type { Advice } from '../../domain/advice/types';
import { headlinesOf } from '../../domain/schedule/headlines';
import type { Schedule } from '../../domain/schedule/types';

/** What other programs read, every step of every group: fields may be added, these stay. */
export function scheduleReport(schedule: Schedule, advice: readonly Advice[]) {
  const { steps, assumed = [] } = schedule;
  const perStep = (at: (step: number) => number): number[] =>
    Array.from({ length: steps }, (_, step) => at(step));
  return {
    ...headlinesOf(schedule),
    ...(assumed.length > 0 && { assumed: assumed.map(inEnglish) }),
    groups: schedule.groups.map((name, group) => ({
      name,
      lr: perStep((step) => schedule.lrAt(step, group)),
    })),
    momentum: perStep((step) => schedule.momentumAt(step)),
    advice: advice.map(({ rule, severity, message, reason, source, key, fix }) => ({
      ...{ rule, severity, message, key },
      reason: inEnglish(reason),
      source: inEnglish(source),
      ...(fix && { fix }),
    })),
  };
}

/** The LR of one group at no more than `points` steps, the last one included: enough for a picture. */
export function sampleLr(schedule: Schedule, group: number, points: number): Float64Array {
  const count = Math.max(1, Math.min(points, schedule.steps));
  const at = (i: number): number => (count === 1 ? 0 : Math.round((i * (schedule.steps - 1)) / (count - 1)));
  return Float64Array.from({ length: count }, (_, i) => schedule.lrAt(at(i), group));
}
