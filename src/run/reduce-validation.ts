import type { RunDraft } from './draft';
import { isOutdated, markCheckpoint } from './reduce-shared';
import type { ValidationEntry } from './validation';

/** A line about a checkpoint that was written again later, or dropped by a resume, is about another one and is left out. */
export function applyValidationEntry(draft: RunDraft, entry: ValidationEntry): void {
  if (isOutdated(draft.raw, entry)) return;
  if (entry.type === 'compared') addVerdict(draft, entry);
  else if (entry.type !== 'validation') markUnvalidated(draft, entry);
  else {
    draft.put('validations', entry.epoch, entry);
    markCheckpoint(draft, entry.epoch, { state: 'validated', path: entry.path });
  }
}

function markUnvalidated(draft: RunDraft, { epoch, type }: EntryOf<'skipped' | 'failed'>): void {
  const known = draft.raw.checkpoints.get(epoch)?.state === 'validated';
  if (!known || type !== 'skipped') markCheckpoint(draft, epoch, { state: type });
}

function addVerdict(draft: RunDraft, { epoch, versusBest }: EntryOf<'compared'>): void {
  const validated = draft.raw.validations.get(epoch);
  if (validated) draft.put('validations', epoch, { ...validated, versusBest });
}

type EntryOf<T extends ValidationEntry['type']> = Extract<ValidationEntry, { type: T }>;
