/** done: everything of the run is finished. left: somebody asked this process to leave; the trainer goes on. */
export type KeeperEnd = 'done' | 'left';

export type KeeperState =
  | { readonly kind: 'keeping' }
  /** Asked to leave; it does so at the next turn. */
  | { readonly kind: 'leaving' }
  /** The validator is being ended, the last status written. */
  | { readonly kind: 'closing'; readonly end: KeeperEnd }
  | { readonly kind: 'over'; readonly end: KeeperEnd };

export type KeeperEvent =
  | { readonly kind: 'leave' }
  /** Trainer, queue and requests are done. */
  | { readonly kind: 'done' }
  /** A turn begins. */
  | { readonly kind: 'turn' }
  | { readonly kind: 'closed' };

/** What follows from an event. One that means nothing in a state leaves the very same state. */
export function keeperTransition(state: KeeperState, event: KeeperEvent): KeeperState {
  switch (event.kind) {
    case 'leave':
      return from(state, 'keeping', { kind: 'leaving' });
    case 'done':
      return from(state, 'keeping', { kind: 'closing', end: 'done' });
    case 'turn':
      return from(state, 'leaving', { kind: 'closing', end: 'left' });
    case 'closed':
      return state.kind === 'closing' ? { kind: 'over', end: state.end } : state;
  }
}

function from(state: KeeperState, kind: KeeperState['kind'], next: KeeperState): KeeperState {
  return state.kind === kind ? next : state;
}
