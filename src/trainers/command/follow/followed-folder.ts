import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { deferred } from '../../../base/async';
import { withEnglish, words } from '../../../base/words';
import type { ForeignRecord } from '../../../domain/foreign/record';
import type { TrainerEvent } from '../../../run/events';
import type { Follows } from '../../../run/files';
import { type AdapterOptions, adapt } from '../adapter';
import { answerFollowing, FOLLOW_REQUESTS } from '../control';
import { copyCheckpoint } from '../copy-checkpoint';
import type { ForeignRun } from '../foreign-events';
import type { Program, ProgramEnd } from '../program';
import type { ReportedEvents } from '../reported';
import { type SourceRecord, withFewProblems, withinBounds } from '../sources/source';
import { folderSource } from './folder-source';
import { WeightsWatch } from './weights';

/**
 * All epochs are there and nothing has changed for so long: the last checkpoint is written, and nothing more will come.
 */
const QUIET_MS = 10_000;

type EndInput = {
  readonly folder: string;
  readonly isComplete: boolean;
  /** The trainer itself said that it is done. */
  readonly said: SaidEnd | undefined;
  /** When the folder last changed. */
  readonly quietMs: number;
};

type SaidEnd = Extract<ForeignRecord, { kind: 'end' }>;
type AnnouncedWeights = Extract<ForeignRecord, { kind: 'checkpoint' }>;

/** What a followed folder holds besides its numbers: model files, and the signs of its end. */
export class FollowedFolder {
  readonly #runDir: string;
  readonly #folder: string;
  readonly #weights: WeightsWatch;
  /** Files that a line of the folder names are not searched for. */
  readonly #announced = new Set<string>();
  #taken: Set<number> | undefined;
  #said: SaidEnd | undefined;
  #movedAt = performance.now();

  constructor(runDir: string, folder: string) {
    this.#runDir = runDir;
    this.#folder = folder;
    this.#weights = new WeightsWatch(folder);
  }

  note(records: readonly SourceRecord[]): void {
    if (records.length > 0) this.#movedAt = performance.now();
    this.#said ??= records.find((record): record is SaidEnd => record.kind === 'end');
    this.#weights.note(records);
    for (const record of records) if (record.kind === 'epoch') this.#retake(record.epoch);
  }

  /** Model files that were not announced, as soon as they are whole. */
  checkpoints(run: ForeignRun, reported: ReportedEvents): TrainerEvent[] {
    // What an earlier reader of this run copied is kept.
    this.#taken ??= new Set(reported.checkpoints);
    const taken = this.#taken;
    const found = this.#weights.stable(performance.now()).filter(({ file }) => !this.#announced.has(file));
    if (found.length > 0) this.#movedAt = performance.now();
    return found.flatMap(({ file, epoch }) => {
      // A .pt that is written again after its epoch has only lost its optimizer.
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

  /** A line of the folder names a file: only one inside the folder itself is read. */
  take({ file, epoch, step }: AnnouncedWeights): TrainerEvent {
    const source = path.resolve(this.#folder, file);
    this.#announced.add(source);
    if (isWithin(this.#folder, source))
      return copyCheckpoint(this.#runDir, { source, shown: file, epoch, step });
    const said = words('checkpoint {0} of epoch {1} is outside {2}: not taken', file, epoch, this.#folder);
    return { type: 'log', t: Date.now(), level: 'warning', ...withEnglish(said) };
  }

  endOf({ isComplete }: ForeignRun): ProgramEnd | undefined {
    const quietMs = performance.now() - this.#movedAt;
    return endOfFollowed({ folder: this.#folder, isComplete, said: this.#said, quietMs });
  }

  /** The trainer went back: the checkpoints of epochs that are done again are new ones. */
  #retake(fromEpoch: number): void {
    for (const epoch of this.#taken ?? []) if (epoch >= fromEpoch) this.#taken?.delete(epoch);
  }
}

/** The step that ended an epoch, if an epoch is one step (results.csv); else the present step. */
function stepOf(run: ForeignRun, epoch: number): number {
  return run.isStepPerEpoch ? Math.min(run.lastStep, epoch - 1) : run.lastStep;
}

function isWithin(folder: string, file: string): boolean {
  try {
    return realpathSync(file).startsWith(`${realpathSync(folder)}${path.sep}`);
  } catch {
    // Missing: copyCheckpoint reports it.
    return file.startsWith(`${folder}${path.sep}`);
  }
}

/** How a followed run has ended; undefined while it may go on. Silence alone does not count as an end. */
function endOfFollowed({ folder, isComplete, said, quietMs }: EndInput): ProgramEnd | undefined {
  if (said?.failure) return { kind: 'followed', reason: 'failed', said: said.failure };
  if (said) return { kind: 'followed', reason: 'completed', said: words('the trainer said that it is done') };
  if (isComplete && quietMs >= QUIET_MS)
    return { kind: 'followed', reason: 'completed', said: words('all planned epochs are done') };
  if (!hasFinalPlot(folder) || quietMs < QUIET_MS) return undefined;
  return {
    kind: 'followed',
    reason: 'completed',
    said: words('the trainer has drawn its results.png, which it does at its end'),
  };
}

/** Ultralytics and YOLOv5 draw results.png after their last epoch, also if they stop early. */
function hasFinalPlot(folder: string): boolean {
  const plot = statSync(path.join(folder, 'results.png'), { throwIfNoEntry: false });
  const rows = statSync(path.join(folder, 'results.csv'), { throwIfNoEntry: false });
  return plot !== undefined && rows !== undefined && plot.mtimeMs >= rows.mtimeMs;
}

const POLL_MS = 250;

type FollowOptions = Pick<AdapterOptions, 'runDir' | 'attempt'> & { readonly follows: Follows };

/**
 * Reads a run that another program started, for as long as it goes on or until asked to leave. The folder is only read.
 */
export function follow({ runDir, attempt, follows }: FollowOptions): Promise<number> {
  const end = deferred<ProgramEnd>();
  const program: Program = {
    stopped: end.promise,
    stop: () =>
      end.resolve({
        kind: 'followed',
        reason: 'stopped',
        said: words('no longer followed; {0} was not touched', follows.folder),
      }),
  };
  const folder = new FollowedFolder(runDir, follows.folder);
  return adapt(program, {
    runDir,
    attempt,
    epochs: 0,
    isNew: false,
    source: withFewProblems(withinBounds(folderSource(follows))),
    pollMs: POLL_MS,
    accepts: FOLLOW_REQUESTS,
    answer: answerFollowing(program),
    onRecords: (records) => folder.note(records),
    take: (checkpoint) => [folder.take(checkpoint)],
    afterPoll: (run: ForeignRun, reported: ReportedEvents): readonly TrainerEvent[] => {
      const checkpoints = folder.checkpoints(run, reported);
      const ended = folder.endOf(run);
      if (ended !== undefined) end.resolve(ended);
      return checkpoints;
    },
  });
}
