import type { Outcome, StopCause } from './outcome';
import type { TrainerEnd, TrainerProcess } from './trainer-process';

type Living = {
  readonly trainer: TrainerProcess /** Unix ms; Infinity for one that was adopted. */;
  readonly startedAt: number;
};
type Gone = Living & { readonly exit: TrainerEnd; readonly cause: StopCause | undefined };

/** The states of a run's trainer. */
export type TrainerState =
  /** The keeper has not checked yet. */
  | { readonly kind: 'unknown' }
  /** Its process is being started; a stop that comes meanwhile waits for it. */
  | { readonly kind: 'starting'; readonly attempt: number; readonly cause: StopCause | undefined }
  | ({ readonly kind: 'living' } & Living)
  /** Asked to end, then interrupted, then killed; `hurry` after it was asked twice. */
  | ({ readonly kind: 'stopping'; readonly cause: StopCause; readonly hurry: boolean } & Living)
  /** Its process has ended; its last events are still to be read. */
  | ({ readonly kind: 'exited' } & Gone)
  /** The processes that it left behind are being ended. */
  | ({ readonly kind: 'settling' } & Gone)
  | {
      readonly kind: 'over';
      readonly outcome: Outcome;
      readonly cause: StopCause | undefined;
      readonly attempt: number | undefined;
    };

export type TrainerTransition =
  | { readonly kind: 'start'; readonly attempt: number }
  | ({ readonly kind: 'started' } & Living)
  | { readonly kind: 'stop'; readonly cause: StopCause }
  | { readonly kind: 'exit'; readonly exit: TrainerEnd }
  | { readonly kind: 'settle' }
  /** A paused run is not gone on with. */
  | { readonly kind: 'drop'; readonly outcome: Outcome }
  | { readonly kind: 'judged'; readonly outcome: Outcome };

/** The next state after an event. An event without meaning in a state returns the same state. */
export function trainerTransition(state: TrainerState, event: TrainerTransition): TrainerState {
  switch (event.kind) {
    case 'start':
      return onStart(state, event.attempt);
    case 'started':
      return onStarted(state, { trainer: event.trainer, startedAt: event.startedAt });
    case 'stop':
      return onStop(state, event.cause);
    case 'exit':
      return onExit(state, event.exit);
    case 'settle':
      return state.kind === 'exited' ? { ...state, kind: 'settling' } : state;
    case 'drop':
      return state.kind === 'over' && state.outcome.state === 'paused'
        ? { ...state, outcome: event.outcome }
        : state;
    case 'judged':
      return onJudged(state, event.outcome);
  }
}

/** A first trainer, one that continues after a rewind, or another reader in place of one that ended without an event. */
function onStart(state: TrainerState, attempt: number): TrainerState {
  if (state.kind === 'unknown' || state.kind === 'over')
    return { kind: 'starting', attempt, cause: undefined };
  return state.kind === 'settling' ? { kind: 'starting', attempt, cause: state.cause } : state;
}

/** Started, or found alive by a later keeper. */
function onStarted(state: TrainerState, living: Living): TrainerState {
  if (state.kind === 'unknown') return { kind: 'living', ...living };
  if (state.kind !== 'starting') return state;
  const { cause } = state;
  return cause ? { kind: 'stopping', ...living, cause, hurry: false } : { kind: 'living', ...living };
}

function onStop(state: TrainerState, cause: StopCause): TrainerState {
  switch (state.kind) {
    case 'starting':
      return state.cause ? state : { ...state, cause };
    case 'living':
      return { ...state, kind: 'stopping', cause, hurry: false };
    case 'stopping':
      return state.hurry ? state : { ...state, hurry: true };
    case 'unknown':
    case 'exited':
    case 'settling':
    case 'over':
      return state;
  }
}

function onExit(state: TrainerState, exit: TrainerEnd): TrainerState {
  if (state.kind !== 'living' && state.kind !== 'stopping') return state;
  const { trainer, startedAt } = state;
  const cause = state.kind === 'stopping' ? state.cause : undefined;
  return { kind: 'exited', trainer, startedAt, exit, cause };
}

/** How it ended: seen by this keeper, or known from an earlier one; a failed start has ended, too. */
function onJudged(state: TrainerState, outcome: Outcome): TrainerState {
  switch (state.kind) {
    case 'unknown':
      return { kind: 'over', outcome, cause: undefined, attempt: undefined };
    case 'starting':
      return { kind: 'over', outcome, cause: state.cause, attempt: state.attempt };
    case 'settling':
      return { kind: 'over', outcome, cause: state.cause, attempt: state.trainer.attempt };
    case 'living':
    case 'stopping':
    case 'exited':
    case 'over':
      return state;
  }
}
