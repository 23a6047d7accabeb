import { accumulateFunction, type RuleParts } from './rule-functions';
import type { Schedule } from './types';

/** The rising LR of a range test: from * (to / from)^(step / last step), in each group in its ratio to the weights (Smith, arXiv 1506.01186). */
export function rangeSchedule(
  parts: RuleParts,
  { from, to }: { readonly from: number; readonly to: number },
): Schedule {
  const { input, effective, groups, timeline } = parts;
  const last = Math.max(1, timeline.steps - 1);
  return {
    steps: timeline.steps,
    stepsPerEpoch: input.stepsPerEpoch,
    warmupSteps: 0,
    groups: groups.map((group) => group.name),
    lrAt: (step, group) => groups[group].multiple * from * (to / from) ** (step / last),
    momentumAt: () => effective.momentum,
    accumulateAt: accumulateFunction(parts),
  };
}
