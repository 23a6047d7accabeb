import { statSync } from 'node:fs';
import path from 'node:path';

/** All epochs are there and nothing moves for so long: the last checkpoint is written, and nothing is to come. */
const QUIET_MS = 10_000;

export type EndInput = {
  readonly folder: string;
  readonly isComplete: boolean;
  /** The trainer said itself that it is done. */
  readonly hasSaidSo: boolean;
  /** Since when nothing of the folder has moved. */
  readonly quietMs: number;
};

/** Why a run that is followed has come to its end; undefined while it may go on. Silence alone is no end. */
export function endOfFollowed({ folder, isComplete, hasSaidSo, quietMs }: EndInput): string | undefined {
  if (hasSaidSo) return 'the trainer said that it is done';
  if (isComplete && quietMs >= QUIET_MS) return 'all planned epochs are done';
  return hasFinalPlot(folder) && quietMs >= QUIET_MS
    ? 'the trainer has drawn its results.png, which it does at its end'
    : undefined;
}

/** Ultralytics and YOLOv5 draw results.png after their last epoch, also where they stop early. */
function hasFinalPlot(folder: string): boolean {
  const plot = statSync(path.join(folder, 'results.png'), { throwIfNoEntry: false });
  const rows = statSync(path.join(folder, 'results.csv'), { throwIfNoEntry: false });
  return plot !== undefined && rows !== undefined && plot.mtimeMs >= rows.mtimeMs;
}
