import type { RuleParts } from './rule-functions';
import type { Schedule } from './types';

/** The rising LR of a range test: from * (to / from)^(step / last step), the same for every group (Smith, arXiv 1506.01186). */
export function rangeSchedule(
  { input, effective, groups, timeline }: RuleParts,
  { from, to }: { readonly from: number; readonly to: number },
): Schedule {
  const last = Math.max(1, timeline.steps - 1);
  return {
    steps: timeline.steps,
    stepsPerEpoch: input.stepsPerEpoch,
    warmupSteps: 0,
    groups: groups.map((group) => group.name),
    lrAt: (step) => from * (to / from) ** (step / last),
    momentumAt: () => effective.momentum,
    accumulateAt: () => 1,
  };
}
