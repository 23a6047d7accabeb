import { inEnglish } from '../base/words';
import type { RunDraft } from './draft';
import { checkpointPath } from './files';
import { lacksLabels, measuredOf } from './measured';
import type { CheckpointState, RunState } from './state';
import { LEFT_BY_STOP, type ValidationEntry } from './validation';

/**
 * A line about a checkpoint that was written again later, or dropped by a resume, is about another one and is ignored.
 */
export function applyValidationEntry(draft: RunDraft, entry: ValidationEntry): void {
  if (isOutdated(draft.raw, entry)) return;
  if (entry.type === 'compared') addVerdict(draft, entry);
  else if (entry.type === 'drawn') draft.put('drawn', entry.epoch, entry);
  else if (entry.type !== 'validation') markUnvalidated(draft, entry);
  else {
    draft.put('validations', entry.epoch, measuredOf(entry));
    bringBest(draft, entry);
    markCheckpoint(draft, entry.epoch, { state: 'validated', path: entry.path });
  }
}

/** A checkpoint has one mAP, that of its last validation; without labels it has none, and is not the best. */
function bringBest(draft: RunDraft, entry: ValidationEntryOf<'validation'>): void {
  const { best } = draft.raw;
  if (best?.epoch !== entry.epoch) return;
  draft.set({ best: lacksLabels(entry) ? undefined : { ...best, map: entry.map } });
}

function markUnvalidated(draft: RunDraft, entry: ValidationEntryOf<'skipped' | 'failed'>): void {
  const { epoch, type } = entry;
  if (type === 'skipped' && isOfAStopBefore(draft.raw, entry)) return;
  const known = draft.raw.checkpoints.get(epoch)?.state === 'validated';
  const left = type === 'skipped' && isLeft(entry) ? { isLeft: true } : {};
  if (!known || type !== 'skipped') markCheckpoint(draft, epoch, { state: type, ...left });
}

type Skipped = ValidationEntryOf<'skipped'>;

/** By its sentence, as every version has written it. */
const isLeft = ({ reason }: Skipped): boolean => reason === inEnglish(LEFT_BY_STOP);

/** What was skipped by the stop before waits again, and so does the checkpoint that an attempt continued from. */
function isOfAStopBefore({ hello, resumedFrom }: RunState, entry: Skipped): boolean {
  const isBefore = hello !== undefined && entry.t < hello.t;
  return isBefore && (entry.epoch === resumedFrom || isLeft(entry));
}

function addVerdict(draft: RunDraft, { epoch, versusBest }: ValidationEntryOf<'compared'>): void {
  const validated = draft.raw.validations.get(epoch);
  if (validated) draft.put('validations', epoch, { ...validated, versusBest });
}

type ValidationEntryOf<T extends ValidationEntry['type']> = Extract<ValidationEntry, { type: T }>;

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

/** Whether a line of the keeper is about a checkpoint that was written again since, or dropped by a resume. */
export function isOutdated({ checkpoints, hello }: RunState, entry: { epoch: number; t: number }): boolean {
  const checkpoint = checkpoints.get(entry.epoch);
  if (checkpoint && checkpoint.t > 0) return entry.t < checkpoint.t;
  return hello !== undefined && hello.fromStep > 0 && entry.t < hello.t;
}

export function markCheckpoint(draft: RunDraft, epoch: number, change: Partial<CheckpointState>): void {
  const before = draft.raw.checkpoints.get(epoch) ?? emptyCheckpoint(epoch);
  draft.put('checkpoints', epoch, { ...before, ...change });
}
