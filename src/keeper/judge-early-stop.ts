import type { EarlyStopSettings } from '../domain/experiment/types';
import { type EarlyStopContext, judgeEarlyStop } from '../domain/run/early-stop';
import { mainGroup } from '../domain/schedule/summary';
import type { Schedule } from '../domain/schedule/types';
import { targetAt } from '../domain/schedule/warmup-parts';
import { scheduleOfRun } from '../protocol/dashboard/planned';
import type { RunState } from '../run/state';
import { historyOf } from './validation-control';

/** Early stopping at present, with the latest patience; a patience that a person has set does not wait for the decay. */
export function judgeRun(state: RunState, settings: EarlyStopSettings) {
  const asked = state.keeper.findLast((e) => e.type === 'answer' && e.ok && e.request.type === 'patience');
  const patience =
    asked?.type === 'answer' && asked.request.type === 'patience' ? asked.request.value : settings.patience;
  const wait_for_decay = settings.wait_for_decay && asked === undefined;
  const history = historyOf(state);
  const context = contextOf(state, history.at(-1)?.epoch ?? 0);
  const verdict = judgeEarlyStop(history, { ...settings, patience, wait_for_decay }, context);
  return { ...verdict, patience, stop: verdict.stop && (settings.enabled || asked !== undefined) };
}

function contextOf(state: RunState, epoch: number): EarlyStopContext {
  const schedule = scheduleOfRun(state);
  if (!schedule || schedule.steps === 0) return { warmupEpochs: 0 };
  const again = state.lrChanges.map(({ step, warmup = 0 }) => (warmup > 0 ? step + warmup : 0));
  const warmupSteps = Math.max(schedule.warmupSteps, ...again);
  return { warmupEpochs: Math.ceil(warmupSteps / schedule.stepsPerEpoch), decayed: decayed(schedule, epoch) };
}

/** An LR that ends above this share of its peak hardly decays. */
const HARDLY = 0.5;

function decayed(schedule: Schedule, epoch: number): number | undefined {
  const main = mainGroup(schedule);
  const at = (step: number): number => targetAt(schedule, Math.min(step, schedule.steps - 1), main);
  const [peak, now, end] = [at(0), at(epoch * schedule.stepsPerEpoch), at(schedule.steps - 1)];
  return end > HARDLY * peak ? undefined : (peak - now) / (peak - end);
}
