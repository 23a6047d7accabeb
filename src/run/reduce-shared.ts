import type { RunDraft } from './draft';
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
