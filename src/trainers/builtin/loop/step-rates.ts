import type { Schedule } from '../../../domain/schedule/types';
import type { TrainRates } from '../session/rate-vector';

/** LR of each group in the schedule's order, and the same as the session takes it. */
export function ratesAt(
  schedule: Schedule,
  step: number,
): { readonly lr: number[]; readonly session: TrainRates } {
  const lr = schedule.groups.map((_, group) => schedule.lrAt(step, group));
  const of = (name: string): number => lr[schedule.groups.indexOf(name)];
  return {
    lr,
    session: {
      lr: { weights: of('weights'), norm: of('norm'), bias: of('bias') },
      momentum: schedule.momentumAt(step),
    },
  };
}
