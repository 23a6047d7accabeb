import type { RunDraft } from './draft';
import type { KeeperEntry } from './files';
import { isOutdated, markCheckpoint } from './reduce-shared';

type EntryOf<T extends KeeperEntry['type']> = Extract<KeeperEntry, { type: T }>;

const ENTRIES: {
  readonly [K in KeeperEntry['type']]: (draft: RunDraft, entry: EntryOf<K>) => void;
} = {
  keeper: () => undefined,
  alert: (draft, alert) => draft.push('alerts', alert),
  answer: () => undefined,
  best: (draft, entry) => {
    const { epoch, map, path } = entry;
    if (!isOutdated(draft.raw, entry)) draft.set({ best: { epoch, map, path } });
  },
  early_stop: () => undefined,
  rewind: () => undefined,
  cleanup: removeCheckpoint,
  pin: (draft, { epoch, pinned }) => markCheckpoint(draft, epoch, { pinned }),
};

export function applyKeeperEntry(draft: RunDraft, entry: KeeperEntry): void {
  const apply = ENTRIES[entry.type] as (draft: RunDraft, entry: KeeperEntry) => void;
  apply(draft, entry);
  draft.keeperLine(entry);
}

/** A checkpoint that was written again after the clean-up is another one and stays. */
function removeCheckpoint(draft: RunDraft, { epoch, t, reason }: EntryOf<'cleanup'>): void {
  const newer = (draft.raw.checkpoints.get(epoch)?.t ?? 0) > t;
  if (!newer) markCheckpoint(draft, epoch, { kept: false, removedReason: reason });
}
