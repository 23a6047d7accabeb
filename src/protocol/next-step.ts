import { type Words, words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import type { AlarmAction } from '../domain/run/alarm';
import { likelyCause } from '../domain/run/likely-cause';
import { isRangeTest } from '../run/kind';
import type { RunState } from '../run/state';
import type { RunStateName } from '../run/state-names';
import { canRewind, hasDiverged, rewindPlan } from './rewind-target';

// What comes after a run's end, the same in every host.

export type NextStep =
  | { readonly kind: 'best'; readonly said: Words; readonly epoch: number; readonly path: string }
  | { readonly kind: 'resume'; readonly said: Words }
  | { readonly kind: 'rewind'; readonly said: Words }
  | { readonly kind: 'cause'; readonly said: Words; readonly action: AlarmAction };

/** `reason`: why it ended, in English. Empty for a run that another program made, and for a range test. */
export function nextSteps(state: RunState, name: RunStateName, reason = ''): readonly NextStep[] {
  if (!isOurs(state)) return [];
  if (name === 'completed') return bestStep(state);
  const goesOn = canRewind(state);
  if (hasDiverged(state, name)) return goesOn ? [rewindStep(state)] : [];
  if (!goesOn || !ENDED_EARLY.has(name)) return [];
  return [...(name === 'failed' ? causeStep(reason) : []), resumeStep(state, name)];
}

const ENDED_EARLY: ReadonlySet<RunStateName> = new Set(['stopped', 'paused', 'lost', 'failed']);

const isOurs = ({ run }: RunState): boolean => run !== undefined && !run.follows && !isRangeTest(run);

function bestStep({ best, checkpoints }: RunState): NextStep[] {
  if (!best || !checkpoints.get(best.epoch)?.kept) return [];
  const { epoch, path } = best;
  return [
    { kind: 'best', epoch, path, said: words('the best checkpoint is that of epoch {0}: {1}', epoch, path) },
  ];
}

const rewindStep = (state: RunState): NextStep => ({
  kind: 'rewind',
  said: words('rewind: {0}', rewindPlan(state).said),
});

function causeStep(reason: string): NextStep[] {
  const found = likelyCause(reason);
  return found
    ? [{ kind: 'cause', ...found }]
    : [{ kind: 'cause', said: words('its output says more'), action: 'open_log' }];
}

function resumeStep(state: RunState, name: RunStateName): NextStep {
  const epoch = resumeEpoch(state, name);
  const epochs = state.plan?.epochs;
  const said =
    epoch === undefined || epochs === undefined
      ? words('there is no checkpoint: a resume begins again')
      : words('a resume goes on in epoch {0} of {1}', epoch, epochs);
  return { kind: 'resume', said };
}

/** Our own trainer goes on from the very step at which it was stopped or paused, unless its end says that this was not kept. */
function resumeEpoch(state: RunState, name: RunStateName): number | undefined {
  const { steps, epochs, checkpoints, run, end } = state;
  const isExact = (name === 'stopped' || name === 'paused') && end !== undefined && end.message === undefined;
  const last = steps.epoch.length === 0 ? undefined : steps.epoch.at(steps.epoch.length - 1);
  if (run && TRAINERS[run.experiment.resolved.trainer].isOwn && isExact && last !== undefined)
    return epochs.some(({ epoch }) => epoch === last) ? last + 1 : last;
  const kept = [...checkpoints.values()].filter((one) => one.kept).map(({ epoch }) => epoch);
  return kept.length === 0 ? undefined : Math.max(...kept) + 1;
}
