/** The states of a run's one validator. */
export type ValidationState =
  | { readonly kind: 'free' }
  | { readonly kind: 'validating'; readonly epoch: number }
  /** The metrics are written; whether they are better than the best before is being computed. */
  | { readonly kind: 'comparing'; readonly epoch: number; readonly before: number | undefined }
  /** No further validation is started or recorded. */
  | { readonly kind: 'ended' };

export type ValidationEvent =
  | { readonly kind: 'start'; readonly epoch: number }
  /** `isComparable`: there is something to compare; `before`: the best checkpoint until then, if it is another one. */
  | { readonly kind: 'validated'; readonly isComparable: boolean; readonly before: number | undefined }
  /** Given up for this checkpoint; the next one may succeed. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'compared' }
  | { readonly kind: 'end' };

/** The next state after an event. An event without meaning in a state returns the same state. */
export function validationTransition(state: ValidationState, event: ValidationEvent): ValidationState {
  switch (event.kind) {
    case 'start':
      return from(state, 'free', { kind: 'validating', epoch: event.epoch });
    case 'validated':
      return onValidated(state, event);
    case 'failed':
      return from(state, 'validating', FREE);
    case 'compared':
      return from(state, 'comparing', FREE);
    case 'end':
      return state.kind === 'ended' ? state : { kind: 'ended' };
  }
}

const FREE: ValidationState = { kind: 'free' };

function from(state: ValidationState, kind: ValidationState['kind'], next: ValidationState): ValidationState {
  return state.kind === kind ? next : state;
}

function onValidated(state: ValidationState, { isComparable, before }: ValidationDone): ValidationState {
  if (state.kind !== 'validating') return state;
  return isComparable ? { kind: 'comparing', epoch: state.epoch, before } : FREE;
}

type ValidationDone = Extract<ValidationEvent, { kind: 'validated' }>;

/** The checkpoint that is being validated. */
export function epochOf(state: ValidationState): number | undefined {
  switch (state.kind) {
    case 'validating':
    case 'comparing':
      return state.epoch;
    case 'free':
    case 'ended':
      return undefined;
  }
}
