import { countedInput } from '../../domain/schedule/dataset-counts';
import { type EpochGrid, evenGrid, scheduleOnGrid } from '../../domain/schedule/epoch-grid';
import { createSchedule, withLrChanges } from '../../domain/schedule/schedule';
import type { Schedule } from '../../domain/schedule/types';
import type { RunState } from '../../run/state';
import type { PlannedCurve } from './input';

/** The LR a run plans, with the changes made during the run; undefined until the trainer has written its counts. */
export function plannedOfRun(state: RunState): PlannedCurve | undefined {
  const schedule = scheduleOfRun(state);
  if (!schedule || state.lrChanges.length === 0) return schedule;
  return { ...withLrChanges(schedule, state.lrChanges), original: schedule };
}

/** The plan as it was at first. */
export function scheduleOfRun({ run, plan }: Pick<RunState, 'run' | 'plan'>): Schedule | undefined {
  if (!run || !plan || plan.stepsPerEpoch < 1) return undefined;
  const { resolved } = run.experiment;
  // A run that is followed has a plan of its own; if a results.csv is read, its step is an epoch.
  if (resolved.schedule === undefined || run.follows) return undefined;
  const images = plan.images ?? plan.stepsPerEpoch * resolved.batch;
  const { classes = 80, version } = plan;
  const counts = { images, fractionApplied: true, classes, ...(version && { ultralyticsVersion: version }) };
  const counted = countedInput(resolved, counts);
  const { epochs, batch = counted.batch } = plan;
  const input = { ...counted, epochs, batch };
  return scheduleOnGrid(gridOfPlan(plan), epochs, (length) =>
    createSchedule({ ...input, stepsPerEpoch: length }),
  );
}

/** How the steps of a run make its epochs. */
export function gridOfPlan({
  stretches = [],
  stepsPerEpoch,
}: Pick<NonNullable<RunState['plan']>, 'stretches' | 'stepsPerEpoch'>): EpochGrid {
  const [first, ...rest] = stretches;
  return first === undefined ? evenGrid(stepsPerEpoch) : [first, ...rest];
}

/** `plannedOfRun`, computed again only when something that it depends on changed. */
export function createPlannedCache(): (state: RunState) => PlannedCurve | undefined {
  let key: readonly unknown[] = [];
  let planned: PlannedCurve | undefined;
  return (state) => {
    const next = [state.run, state.plan, state.lrChanges];
    if (next.some((value, i) => value !== key[i])) {
      key = next;
      planned = plannedOfRun(state);
    }
    return planned;
  };
}
