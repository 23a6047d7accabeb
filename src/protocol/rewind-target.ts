import { type Words, words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import { REWIND_DEFAULTS } from '../domain/experiment/types';
import { totalLoss } from '../domain/run/alarms';
import { epochBeforeTrouble, planRewind, type RewindPlan } from '../domain/run/rewind';
import type { RunState } from '../run/state';
import type { RunStateName } from '../run/state-names';
import { scheduleOfRun } from './dashboard/planned';

// The target of a rewind and why it may be refused: the keeper decides by this, and hosts say the same before they ask.

export function canRewind({ run }: Pick<RunState, 'run'>): boolean {
  return run !== undefined && !run.follows && TRAINERS[run.experiment.resolved.trainer].rewinds;
}

/** Whether this attempt's losses went wrong: a trainer may give up on them as a failure of its own (Ultralytics on NaN). */
export function hasDiverged(state: RunState, name: RunStateName): boolean {
  return name === 'diverged' || (name === 'failed' && troubleStep(state) !== undefined);
}

/** The epoch to go back to: the one asked for, else the last checkpoint from before the trouble; 0: the beginning. */
export function rewindTarget(state: RunState, asked: number | undefined): number {
  return (
    asked ??
    epochBeforeTrouble({
      checkpoints: [...state.checkpoints.values()].filter(({ t }) => t > 0),
      epochs: state.epochs.map(({ epoch, loss }) => ({ epoch, loss: totalLoss(loss) })),
      troubleStep: troubleStep(state),
      warmupSteps: firstWarmup(state),
    })
  );
}

/** What a rewind would do: to the epoch asked for, else to before the trouble. */
export function rewindPlan(state: RunState, asked?: number): RewindPlan {
  const settings = state.run?.experiment.resolved.rewind ?? REWIND_DEFAULTS;
  const earlier = ownRewinds(state);
  return planRewind(rewindTarget(state, asked), { ...settings, earlier }, adviceOf(state));
}

/** Rewinds that the keeper began by itself. */
export const ownRewinds = ({ keeper }: Pick<RunState, 'keeper'>): number =>
  keeper.filter((entry) => entry.type === 'rewind' && entry.by === 'keeper').length;

function adviceOf(state: RunState) {
  const schedule = scheduleOfRun(state);
  if (!schedule || !state.run || !state.plan) return undefined;
  const { images = 0, classes = 80 } = state.plan;
  return { experiment: state.run.experiment.resolved, schedule, counts: { images, classes } };
}

/** One line if the run cannot be rewound so; undefined if it can. */
export function rewindRefusal(state: RunState, asked: number | undefined): Words | undefined {
  const trainer = state.run?.experiment.resolved.trainer ?? 'unknown';
  if (!canRewind(state)) return words('trainer {0} cannot be rewound', trainer);
  const epoch = rewindTarget(state, asked);
  if (epoch === 0) return undefined;
  const there = keptEpochs(state);
  if (!there.includes(epoch)) return noCheckpoint(epoch, there);
  const { epochs = Number.POSITIVE_INFINITY } = state.plan ?? {};
  if (epoch < epochs) return undefined;
  const earlier = there.filter((one) => one < epochs).join(', ') || '-';
  return words(
    "epoch {0} is the run's last, so nothing would be trained; earlier checkpoints: {1}",
    epoch,
    earlier,
  );
}

function noCheckpoint(epoch: number, there: readonly number[]): Words {
  return there.length === 0
    ? words('there is no checkpoint of epoch {0}, and none of any other', epoch)
    : words('there is no checkpoint of epoch {0}; there are: {1}', epoch, there.join(', '));
}

const keptEpochs = ({ checkpoints }: RunState): number[] =>
  [...checkpoints.values()].filter(({ kept, t }) => kept && t > 0).map(({ epoch }) => epoch);

/** Steps of the warm-up at the start of training, including that of an earlier rewind. */
function firstWarmup(state: RunState): number {
  const again = state.lrChanges.filter(({ step }) => step === 0).map(({ warmup = 0 }) => warmup);
  return Math.max(scheduleOfRun(state)?.warmupSteps ?? 0, ...again);
}

/** The step of the last alarm of this attempt, else the step at which the trainer stopped because of it. */
function troubleStep(state: RunState): number | undefined {
  const since = state.hello?.t ?? 0;
  const alarm = state.alerts.find(
    ({ rule, t, step }) => t >= since && step !== undefined && (rule === 'diverged' || rule === 'non_finite'),
  );
  return alarm?.step ?? (state.end?.reason === 'diverged' ? state.end.step : undefined);
}
