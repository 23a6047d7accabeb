import type { CheckpointSettings } from '../experiment/types';

export type RetentionRow = {
  readonly epoch: number;
  readonly kept: boolean;
  readonly pinned: boolean;
  /** mAP50-95 if it was validated. */
  readonly map?: number;
};

export type RetentionInput = {
  readonly checkpoints: readonly RetentionRow[];
  /** Waiting for validation or being validated. */
  readonly queued: ReadonlySet<number>;
  readonly best: number | undefined;
  readonly settings: Pick<CheckpointSettings, 'keep_last' | 'keep_best' | 'keep_every'>;
  /** keep_every counts from epoch 1 on, as Ultralytics' save_period does, instead of from epoch `keep_every`. */
  readonly countsFromFirst?: boolean;
  /** Checkpoints are validated: until the first of them is, any may be the best. */
  readonly judged?: boolean;
};

/**
 * Epochs whose checkpoint may be removed: not among the newest `keep_last` (at least one, for resume), nor the
 * `keep_best` best by mAP, nor the best, nor pinned, nor each `keep_every`-th, nor still to be validated. While
 * checkpoints are to be validated and none was (validation fails, say), nothing may be removed: the best could be among
 * them.
 */
export function removableCheckpoints(input: RetentionInput): number[] {
  const { queued, best, settings } = input;
  if (input.judged && input.checkpoints.every((c) => c.map === undefined)) return [];
  const there = input.checkpoints.filter((c) => c.kept).sort((a, b) => b.epoch - a.epoch);
  const newest = there.slice(0, Math.max(1, settings.keep_last));
  const kept = new Set([...newest.map((c) => c.epoch), ...bestEpochs(there, settings.keep_best)]);
  return there
    .filter(({ epoch }) => !isKeptForGood(epoch, input))
    .filter(({ epoch, pinned }) => !pinned && epoch !== best && !kept.has(epoch) && !queued.has(epoch))
    .map((c) => c.epoch)
    .reverse();
}

/** What is kept of a run whose checkpoints a person clears away: the best, or the newest (to go on from) as well. */
export const CLEAR_KEEPS = ['best', 'last'] as const;
export type ClearKeep = (typeof CLEAR_KEEPS)[number];

/** Epochs whose checkpoint a person may clear away. One is left of every run: without a best, the newest. */
export function clearableCheckpoints(
  checkpoints: readonly RetentionRow[],
  best: number | undefined,
  keep: ClearKeep,
): number[] {
  const there = checkpoints.filter((c) => c.kept).sort((a, b) => a.epoch - b.epoch);
  const newest = there.at(-1)?.epoch;
  const hasBest = there.some(({ epoch }) => epoch === best);
  const kept = new Set([best, ...(keep === 'last' || !hasBest ? [newest] : [])]);
  return there.filter(({ epoch, pinned }) => !pinned && !kept.has(epoch)).map(({ epoch }) => epoch);
}

function isKeptForGood(epoch: number, { settings, countsFromFirst }: RetentionInput): boolean {
  const every = settings.keep_every ?? 0;
  return every > 0 && (epoch - (countsFromFirst ? 1 : 0)) % every === 0;
}

/** Detections files that are worth their space: of the best, the last three validated and the pinned epochs. */
export function keptDetections(
  checkpoints: readonly RetentionRow[],
  best: number | undefined,
): ReadonlySet<number> {
  const validated = checkpoints.filter((c) => c.map !== undefined).map((c) => c.epoch);
  const pinned = checkpoints.filter((c) => c.pinned).map((c) => c.epoch);
  const last = validated.sort((a, b) => a - b).slice(-3);
  return new Set([...last, ...pinned, ...(best === undefined ? [] : [best])]);
}

function bestEpochs(checkpoints: readonly RetentionRow[], count: number): number[] {
  return checkpoints
    .filter((c) => c.map !== undefined)
    .sort((a, b) => (b.map ?? 0) - (a.map ?? 0) || b.epoch - a.epoch)
    .slice(0, Math.max(0, count))
    .map((c) => c.epoch);
}
