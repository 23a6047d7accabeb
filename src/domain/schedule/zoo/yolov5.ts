import { ultralyticsGroups } from '../groups';
import { effectiveSettings } from '../optimizer';
import { accumulateFunction, lrFunction, momentumFunction } from '../rule-functions';
import { createTimeline } from '../timeline';
import type { Schedule, ScheduleInput } from '../types';
import { ultralyticsRule } from '../ultralytics-version';

/** Names of the former rule that YOLOv5 shares: floor of 100 steps, inclusive warm-up, lagging decay, bias group first. */
const SHARED = '8.0.0';

/** YOLOv5's own train.py (facts B1). Unlike Ultralytics it warms up for 100 steps even where warmup_epochs is 0. */
export function yolov5Schedule(input: Omit<ScheduleInput, 'rule'>): Schedule {
  const never = input.warmup_epochs <= 0;
  const asked: ScheduleInput = {
    ...input,
    rule: 'ultralytics',
    warmup_shape: 'linear',
    warmup_epochs: never ? Number.MIN_VALUE : input.warmup_epochs,
  };
  const rule = ultralyticsRule(SHARED);
  const effective = effectiveSettings(asked, rule);
  const groups = ultralyticsGroups(effective.optimizer, rule);
  const timeline = createTimeline(asked, rule);
  const parts = { input: asked, rule, effective, groups, timeline };
  return {
    steps: timeline.steps,
    stepsPerEpoch: input.stepsPerEpoch,
    warmupSteps: Math.min(timeline.warmupAt(0), timeline.steps),
    groups: groups.map((group) => group.name),
    lrAt: lrFunction(parts),
    momentumAt: momentumFunction(parts),
    accumulateAt: accumulateFunction(parts),
  };
}
