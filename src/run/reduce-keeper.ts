import type { KeeperEntry } from './files';
import { isOutdated, markCheckpoint } from './reduce-shared';
import type { RunState } from './state';

type EntryOf<T extends KeeperEntry['type']> = Extract<KeeperEntry, { type: T }>;

const ENTRIES: {
  readonly [K in KeeperEntry['type']]: (state: RunState, entry: EntryOf<K>) => RunState;
} = {
  keeper: (state) => state,
  alert: (state, alert) => ({ ...state, alerts: [...state.alerts, alert] }),
  answer: (state) => state,
  best: (state, entry) => {
    const { epoch, map, path } = entry;
    return isOutdated(state, entry) ? state : { ...state, best: { epoch, map, path } };
  },
  early_stop: (state) => state,
  cleanup: removeCheckpoint,
  pin: (state, { epoch, pinned }) => markCheckpoint(state, epoch, { pinned }),
};

export function applyKeeperEntry(state: RunState, entry: KeeperEntry): RunState {
  const apply = ENTRIES[entry.type] as (state: RunState, entry: KeeperEntry) => RunState;
  const next = apply(state, entry);
  return { ...next, keeper: [...next.keeper, entry] };
}

/** A checkpoint that was written again after the clean-up is another one and stays. */
function removeCheckpoint(state: RunState, { epoch, t, reason }: EntryOf<'cleanup'>): RunState {
  const newer = (state.checkpoints.get(epoch)?.t ?? 0) > t;
  return newer ? state : markCheckpoint(state, epoch, { kept: false, removedReason: reason });
}
