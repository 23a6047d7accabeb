import { inEnglish } from '../base/words';
import { isUnlabelled } from '../run/measured';
import { bestOwn, ownMetricsOf } from '../run/own-metrics';
import { plannedEpochs } from '../run/planned-epochs';
import type { RunState } from '../run/state';
import type { RunJournal } from './run-journal';
import type { StatusFields } from './status-writer';
import type { TrainerControl } from './trainer-control';
import type { ValidationControl } from './validation-control';

export type StatusInput = {
  readonly journal: RunJournal;
  readonly trainer: TrainerControl;
  readonly validation: ValidationControl;
  /** The progress of training. */
  readonly last: { readonly step: number; readonly epoch: number };
  readonly stalled: boolean;
};

/** The next status.json. After the trainer's end a run is `validating` until the queue is empty. */
export function statusFields(input: StatusInput): StatusFields {
  const { outcome, identity, alive, state } = input.trainer;
  const { validators, queue, idle } = input.validation;
  const validating = outcome !== undefined && !idle;
  return {
    state: validating ? 'validating' : state,
    ended: validating ? outcome.state : undefined,
    stalled: input.stalled,
    reason: outcome?.reason && inEnglish(outcome.reason),
    said: outcome?.reason,
    exitCode: outcome?.exitCode,
    signal: outcome?.signal,
    trainer: alive ? identity : undefined,
    validator: validators.identity,
    queue,
    validatorProblem: validators.problem && inEnglish(validators.problem),
    validatorSaid: validators.problem,
    progress: progressOf(input),
    alarm: outcome ? undefined : alarmOf(input.journal.state.alerts),
  };
}

/** As long as a dashboard shows it. */
const ALARM_MS = 15 * 60_000;

function alarmOf(alerts: RunState['alerts']): StatusFields['alarm'] {
  const last = alerts.findLast(({ severity }) => severity !== 'info');
  if (!last || Date.now() - last.t > ALARM_MS) return undefined;
  const { t, rule, severity, message, said, next } = last;
  return { t, rule, severity, message, ...(said && { said }), ...(next && { next }) };
}

function progressOf({ journal, trainer, last }: StatusInput): StatusFields['progress'] {
  const { plan, best } = journal.state;
  return {
    attempt: trainer.attempt,
    ...last,
    epochs: plannedEpochs(journal.state) ?? 0,
    totalSteps: plan?.totalSteps ?? 0,
    ...(isUnlabelled(journal.state) && { unlabelled: true as const }),
    best: best ? { epoch: best.epoch, map: best.map, ...taskOf(plan) } : ownBest(journal.state),
  };
}

/** Of a run that another program validates, by its own numbers. */
/** What the number of a run is of, if not of boxes. */
function taskOf(plan: RunState['plan']): { task?: string } {
  return plan?.task === undefined || plan.task === 'detect' ? {} : { task: plan.task };
}

function ownBest(state: RunState) {
  const best = bestOwn(ownMetricsOf(state));
  return best && { epoch: best.epoch, map: best.map, own: true as const, ...taskOf(state.plan) };
}
