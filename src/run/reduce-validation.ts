import type { RunDraft } from './draft';
import { isOutdated, markCheckpoint } from './reduce-shared';
import type { RunState } from './state';
import type { ValidationEntry } from './validation';

/**
 * A line about a checkpoint that was written again later, or dropped by a resume, is about another one and is ignored.
 */
export function applyValidationEntry(draft: RunDraft, entry: ValidationEntry): void {
  if (isOutdated(draft.raw, entry)) return;
  if (entry.type === 'compared') addVerdict(draft, entry);
  else if (entry.type === 'drawn') draft.put('drawn', entry.epoch, entry);
  else if (entry.type !== 'validation') markUnvalidated(draft, entry);
  else {
    draft.put('validations', entry.epoch, entry);
    markCheckpoint(draft, entry.epoch, { state: 'validated', path: entry.path });
  }
}

function markUnvalidated(draft: RunDraft, { epoch, type, t }: ValidationEntryOf<'skipped' | 'failed'>): void {
  if (type === 'skipped' && isOfAStopBefore(draft.raw, { epoch, t })) return;
  const known = draft.raw.checkpoints.get(epoch)?.state === 'validated';
  if (!known || type !== 'skipped') markCheckpoint(draft, epoch, { state: type });
}

/** The checkpoint that an attempt continued from: what was skipped by the stop before waits again. */
function isOfAStopBefore(
  { hello, resumedFrom }: RunState,
  { epoch, t }: { epoch: number; t: number },
): boolean {
  return epoch === resumedFrom && hello !== undefined && t < hello.t;
}

function addVerdict(draft: RunDraft, { epoch, versusBest }: ValidationEntryOf<'compared'>): void {
  const validated = draft.raw.validations.get(epoch);
  if (validated) draft.put('validations', epoch, { ...validated, versusBest });
}

type ValidationEntryOf<T extends ValidationEntry['type']> = Extract<ValidationEntry, { type: T }>;
