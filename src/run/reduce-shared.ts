import { checkpointPath } from './files';
import type { CheckpointState, RunState } from './state';

/** What is known of a checkpoint before its own event is read; `t` 0 says so. */
export function emptyCheckpoint(epoch: number): CheckpointState {
  return {
    epoch,
    step: 0,
    path: checkpointPath(epoch),
    bytes: 0,
    t: 0,
    state: 'waiting',
    kept: true,
    pinned: false,
  };
}

/** Whether a line of the keeper speaks of a checkpoint that was written again since, or dropped by a resume. */
export function isOutdated({ checkpoints, hello }: RunState, entry: { epoch: number; t: number }): boolean {
  const checkpoint = checkpoints.get(entry.epoch);
  if (checkpoint && checkpoint.t > 0) return entry.t < checkpoint.t;
  return hello !== undefined && hello.fromStep > 0 && entry.t < hello.t;
}

export function markCheckpoint(state: RunState, epoch: number, change: Partial<CheckpointState>): RunState {
  const before = state.checkpoints.get(epoch) ?? emptyCheckpoint(epoch);
  return { ...state, checkpoints: withKey(state.checkpoints, epoch, { ...before, ...change }) };
}

/** A copy with the key set, keys ascending. */
export function withKey<T>(map: ReadonlyMap<number, T>, key: number, value: T): ReadonlyMap<number, T> {
  const next = new Map(map);
  const inOrder = next.has(key) || [...map.keys()].every((k) => k < key);
  next.set(key, value);
  return inOrder ? next : new Map([...next].sort(([a], [b]) => a - b));
}

export function withoutKeys<T>(
  map: ReadonlyMap<number, T>,
  drop: (value: T) => boolean,
): ReadonlyMap<number, T> {
  return new Map([...map].filter(([, value]) => !drop(value)));
}
