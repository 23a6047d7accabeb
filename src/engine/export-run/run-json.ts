import path from 'node:path';
import { inEnglish } from '../../base/words';
import { NO_LABELS } from '../../domain/compare/val-set';
import { TRAINERS } from '../../domain/experiment/trainers';
import { isRangeTest } from '../../run/kind';
import { isUnlabelled } from '../../run/measured';
import { bestOwn, ownMetricsOf, ownProblems } from '../../run/own-metrics';
import { plannedEpochs } from '../../run/planned-epochs';
import { problemsOf } from '../../run/problems';
import { standingOf } from '../../run/standing';
import type { RunState } from '../../run/state';
import { FINAL_STATES } from '../../run/state-names';
import { endOf } from '../../run/times';
import type { RunView } from '../runs/view-run';

/** What other programs read: fields may be added, these stay. */
export function runJson({ state, presence, dir }: RunView) {
  return {
    run: dir,
    ...(isRangeTest(state.run) && { kind: 'range test' }),
    state: presence.state,
    note: presence.note,
    where: presence.where,
    host: presence.host,
    lastSeen: presence.lastSeen,
    endedAt: FINAL_STATES.has(presence.state) ? endOf(state.status, state.end) : undefined,
    keeperAlive: presence.keeperAlive,
    trainerAlive: presence.trainerAlive,
    stalled: state.status?.stalled ?? false,
    ...progressJson(state),
    best: state.best
      ? { ...state.best, ...bestStanding(state), path: path.join(dir, state.best.path) }
      : ownBestJson(state, dir),
    ...(isUnlabelled(state) && { noBest: inEnglish(NO_LABELS) }),
    validations: [...state.validations.values()],
    own: ownMetricsOf(state),
    alerts: state.alerts,
    problems: [
      ...problemsOf(state),
      ...ownProblems(state).map(inEnglish),
      ...(state.status?.validatorProblem ? [state.status.validatorProblem] : []),
    ],
  };
}

function progressJson({ run, plan, steps: { step, epoch } }: RunState) {
  const last = step.length - 1;
  const known = isByEpoch(run, { step, epoch })
    ? { step: null, steps: null }
    : { step: last < 0 ? 0 : step.at(last), steps: plan?.totalSteps };
  return {
    epoch: last < 0 ? 0 : epoch.at(last),
    epochs: plannedEpochs({ plan, run }) ?? 0,
    ...known,
  };
}

/** A table with one line an epoch says nothing of steps: the columns then count epochs. */
function isByEpoch(
  run: RunState['run'],
  { step, epoch }: Pick<RunState['steps'], 'step' | 'epoch'>,
): boolean {
  const isRead =
    run !== undefined && (run.follows !== undefined || TRAINERS[run.experiment.resolved.trainer].isReader);
  const isEpoch = (i: number): boolean => step.at(i) === epoch.at(i) - 1;
  return isRead && step.length > 0 && isEpoch(step.length - 1) && isEpoch(step.length >> 1);
}

/** Epochs that cannot be told from the best, how many were compared, and by how much its mAP is too high in the mean. */
function bestStanding(state: RunState) {
  const { undecided, compared, optimism } = standingOf(state) ?? {};
  return { undecided, compared, optimism };
}

/** Only the trainer itself has validated: the best of its own numbers, with its checkpoint if that is kept. */
export function ownBestJson(state: RunState, dir: string) {
  const best = bestOwn(ownMetricsOf(state));
  if (!best) return null;
  const checkpoint = state.checkpoints.get(best.epoch);
  const kept = checkpoint?.kept ? path.join(dir, checkpoint.path) : null;
  return { epoch: best.epoch, map: best.map, path: kept, judgedBy: 'trainer' };
}
