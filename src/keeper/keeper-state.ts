/**
 * done: everything of the run is finished. left: this process was asked to leave; the trainer goes on. gone: the run
 * folder was deleted, or another keeper has taken the run over: nothing is written any more.
 */
export type KeeperEnd = 'done' | 'left' | 'gone';

export type KeeperState =
  | { readonly kind: 'keeping' }
  /** Asked to leave; it does so at the next turn. */
  | { readonly kind: 'leaving' }
  /** The run is no longer this keeper's: the trainer is being ended. */
  | { readonly kind: 'abandoning' }
  /** The validator is being ended, the last status written. */
  | { readonly kind: 'closing'; readonly end: KeeperEnd }
  | { readonly kind: 'over'; readonly end: KeeperEnd };

export type KeeperEvent =
  | { readonly kind: 'leave' }
  | { readonly kind: 'gone' }
  /** Trainer, queue and requests are done. */
  | { readonly kind: 'done' }
  /** A turn begins. */
  | { readonly kind: 'turn' }
  | { readonly kind: 'closed' };

/** The next state after an event. An event without meaning in a state returns the same state. */
export function keeperTransition(state: KeeperState, event: KeeperEvent): KeeperState {
  switch (event.kind) {
    case 'leave':
      return from(state, 'keeping', { kind: 'leaving' });
    case 'gone':
      return state.kind === 'keeping' || state.kind === 'leaving' ? { kind: 'abandoning' } : state;
    case 'done':
      return onDone(state);
    case 'turn':
      return from(state, 'leaving', { kind: 'closing', end: 'left' });
    case 'closed':
      return state.kind === 'closing' ? { kind: 'over', end: state.end } : state;
  }
}

/** If the folder is gone, all that is left to do is to end its trainer. */
function onDone(state: KeeperState): KeeperState {
  if (state.kind === 'abandoning') return { kind: 'closing', end: 'gone' };
  return from(state, 'keeping', { kind: 'closing', end: 'done' });
}

function from(state: KeeperState, kind: KeeperState['kind'], next: KeeperState): KeeperState {
  return state.kind === kind ? next : state;
}
