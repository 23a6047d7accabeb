import { type LrAhead, lrAheadOf } from '../domain/run/lr-ahead';
import { mainGroup } from '../domain/schedule/summary';
import { plannedOfRun } from '../protocol/dashboard/planned';
import type { RunState } from '../run/state';

/** The rest of a run's planned LR after an epoch, with the changes made during the run. */
export function lrAhead(state: RunState, epoch: number): LrAhead | undefined {
  const planned = plannedOfRun(state);
  if (!planned || planned.steps === 0) return undefined;
  const { steps, stepsPerEpoch } = planned;
  const epochs = Math.max(1, Math.round(steps / stepsPerEpoch));
  const main = mainGroup(planned);
  const endOf = (i: number): number => Math.min((i + 1) * stepsPerEpoch, steps) - 1;
  return lrAheadOf(
    Array.from({ length: epochs }, (_, i) => planned.lrAt(endOf(i), main)),
    epoch,
  );
}
