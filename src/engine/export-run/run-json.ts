import path from 'node:path';
import { isRangeTest } from '../../run/kind';
import { ownMetricsOf } from '../../run/own-metrics';
import { standingOf } from '../../run/standing';
import type { RunState } from '../../run/state';
import type { RunView } from '../runs/view-run';

/** What other programs read: fields may be added, these stay. */
export function runJson({ state, presence, dir }: RunView) {
  const { step, epoch } = state.steps;
  const last = step.length - 1;
  return {
    run: dir,
    ...(isRangeTest(state.run) && { kind: 'range test' }),
    state: presence.state,
    note: presence.note,
    where: presence.where,
    host: presence.host,
    lastSeen: presence.lastSeen,
    keeperAlive: presence.keeperAlive,
    trainerAlive: presence.trainerAlive,
    stalled: state.status?.stalled ?? false,
    epoch: last < 0 ? 0 : epoch.at(last),
    epochs: state.plan?.epochs ?? state.run?.experiment.resolved.epochs,
    step: last < 0 ? 0 : step.at(last),
    steps: state.plan?.totalSteps,
    best: state.best
      ? { ...state.best, ...bestStanding(state), path: path.join(dir, state.best.path) }
      : null,
    validations: [...state.validations.values()],
    own: ownMetricsOf(state),
    alerts: state.alerts,
    problems: [...state.problems, ...(state.status?.validatorProblem ? [state.status.validatorProblem] : [])],
  };
}

/** Epochs that cannot be told from the best, how many were compared, and by how much its mAP is too high in the mean. */
function bestStanding(state: RunState) {
  const { undecided, compared, optimism } = standingOf(state) ?? {};
  return { undecided, compared, optimism };
}
