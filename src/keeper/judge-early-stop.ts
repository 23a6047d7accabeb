import type { EarlyStopSettings } from '../domain/experiment/types';
import { type EarlyStopContext, judgeEarlyStop } from '../domain/run/early-stop';
import { scheduleOfRun } from '../protocol/dashboard/planned';
import type { RunState } from '../run/state';
import { lrAhead } from './lr-ahead';
import { historyOf } from './run-watch';

/** Early stopping at present, with the latest patience; a patience that a person has set does not wait for the decay. */
export function judgeRun(state: RunState, settings: EarlyStopSettings) {
  const asked = state.keeper.findLast((e) => e.type === 'answer' && e.ok && e.request.type === 'patience');
  const patience =
    asked?.type === 'answer' && asked.request.type === 'patience' ? asked.request.value : settings.patience;
  const wait_for_decay = settings.wait_for_decay && asked === undefined;
  const history = historyOf(state);
  const metric = metricOf(state, settings);
  const context = contextOf(state, history.at(-1)?.epoch ?? 0);
  const verdict = judgeEarlyStop(history, { ...settings, metric, patience, wait_for_decay }, context);
  return { ...verdict, patience, metric, stop: verdict.stop && (settings.enabled || asked !== undefined) };
}

/** As the best checkpoint is chosen: by the library's own fitness for tasks that it judges, unless the file says otherwise. */
function metricOf(state: RunState, { metric }: EarlyStopSettings): EarlyStopSettings['metric'] {
  const isSet = state.run?.experiment.resolved.explicit.includes('early_stop.metric') ?? false;
  const validated = [...state.validations.values()];
  const isJudged = validated.length > 0 && validated.every(({ fitness }) => fitness !== undefined);
  return isJudged && !isSet ? 'fitness' : metric;
}

function contextOf(state: RunState, epoch: number): EarlyStopContext {
  const schedule = scheduleOfRun(state);
  if (!schedule || schedule.steps === 0) return { warmupEpochs: 0 };
  const again = state.lrChanges.map(({ step, warmup = 0 }) => (warmup > 0 ? step + warmup : 0));
  const warmupSteps = Math.max(schedule.warmupSteps, ...again);
  const warmupEpochs = Math.ceil(warmupSteps / schedule.stepsPerEpoch);
  return { warmupEpochs, ahead: lrAhead(state, epoch) };
}
