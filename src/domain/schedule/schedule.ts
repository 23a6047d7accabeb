import type { Problem } from '../../base/problem';
import type { Experiment } from '../experiment/types';
import { assumptionsOf, countedInput, countProblems, type DatasetCounts } from './dataset-counts';
import { changedLr, type LrChange, segmentsOf } from './lr-changes';
import { BUILTIN_GROUPS, effectiveSettings, ultralyticsGroups } from './optimizer';
import {
  accumulateFunction,
  lrFunction,
  momentumFunction,
  type RuleParts,
  warmupParts,
} from './rule-functions';
import { createTimeline, type Timeline } from './timeline';
import type { Schedule, ScheduleInput } from './types';
import { ultralyticsRule } from './ultralytics-version';

/**
 * The LR that training really applies, per step and parameter group. Source of the rule: facts A1.2 to A1.8 on
 * Ultralytics' trainer; the builtin trainer follows its newest version with one update per step.
 */
export function createSchedule(input: ScheduleInput): Schedule {
  const rule = ultralyticsRule(input.rule === 'ultralytics' ? input.ultralyticsVersion : undefined);
  const effective = effectiveSettings(input, rule);
  const groups = input.rule === 'builtin' ? BUILTIN_GROUPS : ultralyticsGroups(effective.optimizer, rule);
  const timeline = createTimeline(input, rule);
  const parts: RuleParts = { input, rule, effective, groups, timeline };
  if (input.lr_range) return rangeSchedule(parts, input.lr_range);
  return {
    steps: timeline.steps,
    stepsPerEpoch: input.stepsPerEpoch,
    warmupSteps: Math.min(timeline.warmupAt(0), timeline.steps),
    fallsFrom: fallsFrom(input, timeline),
    groups: groups.map((group) => group.name),
    lrAt: lrFunction(parts),
    warmup: warmupParts(parts),
    momentumAt: momentumFunction(parts),
    accumulateAt: accumulateFunction(parts),
  };
}

/**
 * The epoch after the one in which the warm-up ends begins with the planned LR, which decays from there. A run whose length
 * is estimated again may have a higher LR in a later epoch, and an `lrf` above 1 raises it.
 */
function fallsFrom({ stretches, lrf, stepsPerEpoch }: ScheduleInput, timeline: Timeline): number | undefined {
  if (stretches?.length || lrf > 1) return undefined;
  return (timeline.epochOf(timeline.warmupAt(0)) + 1) * stepsPerEpoch;
}

/**
 * The schedule of an experiment on a counted dataset, with what the counts make wrong: a warm-up longer than the run, a
 * batch larger than the set. `strict` is for starting a run: the builtin trainer then refuses such explicit values.
 */
export function scheduleOf(
  experiment: Experiment,
  counts: DatasetCounts,
  options: { readonly strict?: boolean } = {},
): { readonly schedule: Schedule; readonly problems: readonly Problem[] } {
  const schedule = createSchedule(countedInput(experiment, counts));
  const assumed = assumptionsOf(experiment, counts);
  return {
    schedule: assumed.length === 0 ? schedule : { ...schedule, assumed },
    problems: countProblems(experiment, counts, options.strict ?? false),
  };
}

/**
 * The schedule with changes made during the run, in the order in which they were made. Values are absolute: a change
 * that is made twice changes nothing more, and a later one replaces an earlier one. Without a group all groups move
 * together.
 */
export function withLrChanges(schedule: Schedule, changes: readonly LrChange[]): Schedule {
  if (changes.length === 0) return schedule;
  const segments = schedule.groups.map((_, group) => segmentsOf(schedule, changes, group));
  const lrAt: Schedule['lrAt'] = (step, group) => {
    const segment = segments[group].findLast((s) => s.from <= step);
    return segment === undefined ? schedule.lrAt(step, group) : changedLr(schedule, segment, { step, group });
  };
  return { ...schedule, lrAt, fallsFrom: undefined };
}

/** The rising LR of a range test: from * (to / from)^(step / last step), in each group in its ratio to the weights (Smith, arXiv 1506.01186). */
function rangeSchedule(
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
