import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ForeignRecord } from '../../../domain/foreign/record';
import type { TrainerEvent } from '../../../run/events';
import { copyCheckpoint } from '../copy-checkpoint';
import type { ForeignRun } from '../foreign-events';
import type { SourceRecord } from '../sources/source';
import type { Told } from '../told';
import { WeightsWatch } from './weights';

/** All epochs are there and nothing moves for so long: the last checkpoint is written, and nothing is to come. */
const QUIET_MS = 10_000;

type EndInput = {
  readonly folder: string;
  readonly isComplete: boolean;
  /** The trainer said itself that it is done. */
  readonly hasSaidSo: boolean;
  /** Since when nothing of the folder has moved. */
  readonly quietMs: number;
};

type Announced = Extract<ForeignRecord, { kind: 'checkpoint' }>;

/** What a followed folder holds beside its numbers: model files, and the signs of its end. */
export class FollowedFolder {
  readonly #runDir: string;
  readonly #folder: string;
  readonly #weights: WeightsWatch;
  /** Files that a line of the folder names are not looked for. */
  readonly #announced = new Set<string>();
  #taken: Set<number> | undefined;
  #hasSaidSo = false;
  #movedAt = performance.now();

  constructor(runDir: string, folder: string) {
    this.#runDir = runDir;
    this.#folder = folder;
    this.#weights = new WeightsWatch(folder);
  }

  hear(records: readonly SourceRecord[]): void {
    if (records.length > 0) this.#movedAt = performance.now();
    this.#hasSaidSo ||= records.some(({ kind }) => kind === 'end');
    this.#weights.hear(records);
    for (const record of records) if (record.kind === 'epoch') this.#retake(record.epoch);
  }

  /** Model files that nobody announced, once they are whole. */
  checkpoints(run: ForeignRun, told: Told): TrainerEvent[] {
    // What an earlier reader of this run took stands.
    this.#taken ??= new Set(told.checkpoints);
    const taken = this.#taken;
    const found = this.#weights.look(performance.now()).filter(({ file }) => !this.#announced.has(file));
    if (found.length > 0) this.#movedAt = performance.now();
    return found.flatMap(({ file, epoch }) => {
      // A .pt that is written again after its epoch was only stripped of its optimizer.
      if (taken.has(epoch) && !file.endsWith('.onnx')) return [];
      const event = copyCheckpoint(this.#runDir, {
        source: file,
        shown: file,
        epoch,
        step: stepOf(run, epoch),
      });
      if (event.type === 'checkpoint') taken.add(epoch);
      return [event];
    });
  }

  /** A line of the folder names a file: only one of the folder itself is taken. */
  take({ file, epoch, step }: Announced): TrainerEvent {
    const source = path.resolve(this.#folder, file);
    this.#announced.add(source);
    if (isWithin(this.#folder, source))
      return copyCheckpoint(this.#runDir, { source, shown: file, epoch, step });
    const message = `checkpoint ${file} of epoch ${epoch} lies outside ${this.#folder}: not taken`;
    return { type: 'log', t: Date.now(), level: 'warning', message };
  }

  endOf({ isComplete }: ForeignRun): string | undefined {
    const quietMs = performance.now() - this.#movedAt;
    return endOfFollowed({ folder: this.#folder, isComplete, hasSaidSo: this.#hasSaidSo, quietMs });
  }

  /** The trainer went back: the checkpoints of epochs that are done again are new ones. */
  #retake(fromEpoch: number): void {
    for (const epoch of this.#taken ?? []) if (epoch >= fromEpoch) this.#taken?.delete(epoch);
  }
}

/** The step that ended an epoch, where an epoch is one step (results.csv); else where the run is. */
function stepOf(run: ForeignRun, epoch: number): number {
  return run.isStepPerEpoch ? Math.min(run.lastStep, epoch - 1) : run.lastStep;
}

function isWithin(folder: string, file: string): boolean {
  try {
    return realpathSync(file).startsWith(`${realpathSync(folder)}${path.sep}`);
  } catch {
    // Not there: copyCheckpoint says so.
    return file.startsWith(`${folder}${path.sep}`);
  }
}

/** Why a run that is followed has come to its end; undefined while it may go on. Silence alone is no end. */
function endOfFollowed({ folder, isComplete, hasSaidSo, quietMs }: EndInput): string | undefined {
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
