import { randomUUID } from 'node:crypto';
import { wordsOf } from '../base/worded-error';
import { type Words, words } from '../base/words';
import { tooHighSentence } from '../domain/schedule/lr-preview';
import { foreseeLr } from '../protocol/lr-request';
import { type ControlFile, type ControlRequest, type RequestAnswer, TRAINER_REQUESTS } from '../run/requests';
import { STATE_WORDS } from '../run/state-names';
import type { Cleanup } from './cleanup';
import { stoppedFor } from './outcome';
import type { Requests } from './requests';
import type { Rewinder } from './rewinder';
import type { RunJournal } from './run-journal';
import type { TrainerControl } from './trainer-control';
import type { ValidationControl } from './validation-control';

export type RequestContext = {
  readonly journal: RunJournal;
  readonly requests: Requests;
  readonly trainer: TrainerControl;
  readonly validation: ValidationControl;
  readonly rewinder: Rewinder;
  readonly cleanup: Cleanup;
};

type Of<T extends ControlRequest['type']> = Extract<ControlRequest, { type: T }>;

/** Answers a request that is the keeper's, or forwards it to the trainer. Every request is answered in the end. */
export async function answerRequest(file: ControlFile, context: RequestContext): Promise<void> {
  const { id, request, from } = file;
  if (request.type === 'rewind') return context.rewinder.ask({ id, request, from });
  if (!TRAINER_REQUESTS.has(request.type)) {
    context.requests.answer(id, request, await answerOwn(request, context));
    return forwardToTrainer(request, context);
  }
  const refusal = refuse(request, context);
  if (refusal) return context.requests.answer(id, request, refusal);
  if (request.type === 'stop') return stop(file, request.why, context);
  await context.requests.forward(id, request, file.from);
}

/** A trainer that cannot be asked to stop (a full disk takes no request) is interrupted all the same. */
async function stop(
  { id, request, from }: ControlFile,
  why: Words | undefined,
  { requests, trainer }: RequestContext,
): Promise<void> {
  try {
    await requests.forward(id, request, from);
  } catch (error) {
    const said = words('the trainer could not be sent the request ({0}): it is interrupted', wordsOf(error));
    requests.answer(id, request, { ok: true, said });
  }
  trainer.stop({ kind: 'asked', said: why });
}

/** A trainer that stops early by a rule of its own gets the new patience as well. */
async function forwardToTrainer(
  request: ControlRequest,
  { requests, trainer }: RequestContext,
): Promise<void> {
  if (request.type !== 'patience' || !trainer.alive || !trainer.hello?.knobs.includes('patience')) return;
  await requests.forward(randomUUID(), request, 'keeper');
}

async function answerOwn(request: ControlRequest, context: RequestContext): Promise<RequestAnswer> {
  if (request.type === 'validate') return validate(request, context);
  if (request.type === 'pin') return pin(request, context);
  if (request.type === 'clear') return clear(request, context);
  if (request.type === 'patience')
    return { ok: true, said: words('early stopping waits {0} epochs without improvement', request.value) };
  return { ok: false, said: words('{0} is not known here', request.type) };
}

function validate({ epoch }: Of<'validate'>, { journal, validation }: RequestContext): RequestAnswer {
  if (!hasCheckpoint(journal, epoch)) return noCheckpoint(epoch);
  if (validation.stopped) return { ok: false, said: words('the run is just being stopped: ask again') };
  validation.ask(epoch);
  return { ok: true, said: words('epoch {0} will be validated', epoch) };
}

function pin({ epoch, pinned }: Of<'pin'>, { journal }: RequestContext): RequestAnswer {
  if (!hasCheckpoint(journal, epoch)) return noCheckpoint(epoch);
  journal.note({ type: 'pin', epoch, pinned });
  const said = pinned
    ? words('the checkpoint of epoch {0} is kept', epoch)
    : words('the checkpoint of epoch {0} is no longer kept', epoch);
  return { ok: true, said };
}

async function clear({ keep }: Of<'clear'>, context: RequestContext): Promise<RequestAnswer> {
  const { trainer, validation, cleanup } = context;
  if (trainer.alive || !validation.idle)
    return { ok: false, said: words('the run is at work: its checkpoints are not cleared away') };
  return { ok: true, said: words('{0} checkpoints removed', await cleanup.clear(keep)) };
}

function hasCheckpoint(journal: RunJournal, epoch: number): boolean {
  const { kept, t } = journal.state.checkpoints.get(epoch) ?? { kept: false, t: 0 };
  return kept && t > 0;
}

const noCheckpoint = (epoch: number): RequestAnswer => ({
  ok: false,
  said: words('there is no checkpoint of epoch {0}', epoch),
});

/** A request that no trainer can answer any more. A stop is never refused while any process of the run works. */
function refuse(
  request: ControlRequest,
  { journal, trainer, validation }: RequestContext,
): RequestAnswer | undefined {
  if (!trainer.alive) return stopRest(request, { trainer, validation });
  const { hello } = trainer;
  if (request.type === 'stop' || !hello) return undefined;
  if (hello.knobs.includes(request.type)) return refuseSlip(request, journal);
  return { ok: false, said: words('trainer {0} cannot do {1} while it runs', hello.trainer, request.type) };
}

/** No trainer is alive: what can be stopped is a pause, or a validation. */
function stopRest(
  request: ControlRequest,
  { trainer, validation }: Pick<RequestContext, 'trainer' | 'validation'>,
): RequestAnswer {
  if (request.type !== 'stop') return { ok: false, said: noTrainer(trainer) };
  if (trainer.drop(stoppedFor(request.why))) return { ok: true, said: words('the paused run is ended') };
  if (validation.idle) return { ok: false, said: noTrainer(trainer) };
  validation.giveUp(words('validation was stopped on request'));
  return { ok: true, said: words('validation stopped') };
}

const noTrainer = ({ outcome }: TrainerControl): Words =>
  outcome
    ? words('no trainer is running: the run is {0}', STATE_WORDS[outcome.state])
    : words('the trainer has just ended by itself');

/** An LR far above the plan is most likely a typing error; hosts show its effect and ask. */
function refuseSlip(request: ControlRequest, { state }: RunJournal): RequestAnswer | undefined {
  if (request.type !== 'lr' || request.confirmed) return undefined;
  const beyond = foreseeLr(state, request, 0)?.tooHigh;
  return beyond && { ok: false, said: words('{0}: it needs to be confirmed', tooHighSentence(beyond)) };
}
