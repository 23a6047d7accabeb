import path from 'node:path';
import { type Problem, problemWords } from '../../../base/problem';
import { WordedError } from '../../../base/worded-error';
import { type Words, withEnglish, words } from '../../../base/words';
import { type DatasetSplit, loadSplit } from '../../../dataset/split';
import type { Experiment } from '../../../domain/experiment/types';
import { countedInput } from '../../../domain/schedule/dataset-counts';
import { type EpochGrid, evenGrid, scheduleOnGrid } from '../../../domain/schedule/epoch-grid';
import { createSchedule, scheduleOf } from '../../../domain/schedule/schedule';
import type { Schedule } from '../../../domain/schedule/types';
import type { RunFile } from '../../../run/files';
import {
  dropStatesAfter,
  findNewestState,
  type ModelStart,
  PAUSED_FOLDER,
  readModelStart,
  removeLeftovers,
  type SavedState,
  toTrainState,
} from '../checkpoint/find-state';
import { MODEL_SIZES } from '../model/detector';
import { type FoundBatch, findBatch } from '../session/auto-batch';
import type { TrainSessionOptions } from '../session/train-session';
import { type EpochSums, NO_SUMS } from './epoch-means';
import type { EventLog } from './event-log';
import { optimizerOf } from './plan-event';

export type Prepared = {
  readonly split: DatasetSplit;
  readonly schedule: Schedule;
  readonly batch: number;
  /** Why the batch differs from the file's. */
  readonly batchReason: Words;
  /** What the training session is opened with. */
  readonly session: TrainSessionOptions;
  readonly start: ModelStart;
  /** The state of an earlier attempt that this one continues. */
  readonly saved: SavedState | undefined;
  readonly goOn: GoOn;
};

export type PrepareOptions = {
  readonly run: RunFile;
  readonly runDir: string;
  readonly attempt: number;
  readonly log: EventLog;
  /** The epoch that this attempt goes back to, 0 for the beginning; undefined: to the newest state. */
  readonly rewindTo?: number | undefined;
};

/** Everything that can be wrong with the input is found here, before a session is opened. Throws one line. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { resolved: experiment } = options.run.experiment;
  const split = await loadTrainSplit(experiment, options.log);
  const saved = options.attempt > 1 ? await findSaved(options, split) : undefined;
  const start = saved ? resumed(saved) : await readModelStart(experiment.model, foldersOf(options.run));
  const images = split.images.length;
  const session = sessionOptions(experiment, split, start);
  const { batch, said } = await batchOf({ experiment, saved, images, session });
  const counts = { images, fractionApplied: true, classes: split.names.length };
  const asked = experiment.batch < 1 ? { ...experiment, batch } : experiment;
  const { schedule: even, problems } = scheduleOf(asked, counts, { strict: saved === undefined });
  logProblems(problems, options.log, options.run.experiment.file);
  const { stepsPerEpoch } = even;
  const goOn = saved ? goOnFrom(saved, split, stepsPerEpoch) : fromTheStart(stepsPerEpoch);
  if (goOn.changed !== undefined) options.log.warn(goOn.changed);
  const input = countedInput(asked, counts);
  const schedule = scheduleOnGrid(goOn.grid, experiment.epochs, (length) =>
    createSchedule({ ...input, stepsPerEpoch: length }),
  );
  return { split, schedule, batch, batchReason: said, session: { ...session, batch }, start, saved, goOn };
}

type BatchInput = {
  readonly experiment: Experiment;
  readonly saved: SavedState | undefined;
  readonly images: number;
  readonly session: Omit<TrainSessionOptions, 'batch'>;
};

/** As many images as the file says, at most all there are; a resume keeps what AutoBatch found before. */
async function batchOf({ experiment, saved, images, session }: BatchInput): Promise<FoundBatch> {
  const { batch } = experiment;
  if (batch >= 1) return { batch: Math.min(batch, images), said: words('the set has {0} images', images) };
  const before = saved?.progress.batch;
  if (before !== undefined)
    return { batch: Math.min(before, images), said: words('AutoBatch found it at the first start') };
  return findBatch({ wish: batch, images, session });
}

function sessionOptions(
  experiment: Experiment,
  split: DatasetSplit,
  { size, state }: ModelStart,
): Omit<TrainSessionOptions, 'batch'> {
  const { imgsz, device, seed, loss, clip_grad, weight_ema, schedule } = experiment;
  return {
    size,
    classes: split.names.length,
    imgsz,
    device,
    seed,
    loss,
    clip_grad,
    weight_ema,
    optimizer: optimizerOf(schedule.optimizer),
    weight_decay: schedule.weight_decay,
    ...(state ? { state } : {}),
  };
}

async function loadTrainSplit(experiment: Experiment, log: EventLog): Promise<DatasetSplit> {
  const { single_cls, fraction, data } = experiment;
  const split = await loadSplit(data, 'train', { singleCls: single_cls, fraction });
  logProblems(split.problems, log, data);
  return split;
}

/** Warnings go to the log, the first error ends the run. */
function logProblems(problems: readonly Problem[], log: EventLog, file: string): void {
  const error = problems.find((problem) => problem.severity === 'error');
  if (error) throw new WordedError(problemWords({ file, ...error }));
  for (const problem of problems) {
    const level = problem.severity === 'warning' ? 'warning' : 'info';
    log.write({ type: 'log', level, ...withEnglish(problemWords(problem)) });
  }
}

async function findSaved(options: PrepareOptions, split: DatasetSplit): Promise<SavedState | undefined> {
  const { runDir, log, rewindTo } = options;
  await removeLeftovers(runDir);
  if (rewindTo !== undefined) await goBack(options, rewindTo);
  const saved = await findNewestState(runDir, (said) => log.warn(said));
  if (!saved) {
    if (rewindTo !== 0) log.warn(words('no whole checkpoint was found: training begins again'));
    return undefined;
  }
  const { names } = saved.progress;
  if (names.join('\n') === split.names.join('\n')) return saved;
  throw new WordedError(
    words(
      'the classes of the data set have changed since {0}: {1} became {2}',
      ...[saved.folder, names.join(', '), split.names.join(', ')],
    ),
  );
}

async function goBack({ runDir, log }: PrepareOptions, epoch: number): Promise<void> {
  const dropped = await dropStatesAfter(runDir, epoch);
  if (dropped.length > 0) log.info(words('rewind to epoch {0}: {1} removed', epoch, dropped.join(', ')));
}

function resumed(saved: SavedState): ModelStart {
  const size = MODEL_SIZES.find((s) => s === saved.progress.size) ?? 'nano';
  return { size, state: toTrainState(saved) };
}

/** A relative `model:` refers to the config's folder, else to the folder in which the run was started. */
function foldersOf(run: RunFile): readonly string[] {
  return [path.dirname(path.resolve(run.cwd, run.experiment.file)), run.cwd];
}

/** The step from which a resumed run continues, and the messages about it. */
type GoOn = {
  readonly grid: EpochGrid;
  readonly fromStep: number;
  readonly epochSums: EpochSums;
  /** The training set is not the one that the state was made with. */
  readonly changed?: Words;
};

type TrainSet = Pick<DatasetSplit, 'images' | 'fingerprint'>;

const fromTheStart = (stepsPerEpoch: number): GoOn => ({
  grid: evenGrid(stepsPerEpoch),
  fromStep: 0,
  epochSums: NO_SUMS,
});

/**
 * Step numbers continue from the saved one. If the training set has grown or shrunk since, completed epochs stay
 * completed, and the one that was begun begins again: a step number alone would mean another epoch now, and a run would
 * end too early or train an epoch twice.
 */
function goOnFrom(saved: SavedState, set: TrainSet, stepsPerEpoch: number): GoOn {
  const { nextStep: fromStep, trainSet } = saved.progress;
  const grid = gridOf(saved, stepsPerEpoch);
  const isSameLength = grid[grid.length - 1].stepsPerEpoch === stepsPerEpoch;
  const isSame = isSameLength && (trainSet === undefined || trainSet.fingerprint === set.fingerprint);
  const { epochSums } = saved.progress;
  if (isSame) return { grid, fromStep, epochSums };
  const changed = describeChange(saved, set);
  if (isSameLength)
    return { grid, fromStep, epochSums, changed: words('{0}; goes on with the new one', changed) };
  const fromEpoch = epochsDone(saved) + 1;
  return {
    grid: [...grid, { fromStep, fromEpoch, stepsPerEpoch }],
    fromStep,
    epochSums: NO_SUMS,
    changed: words(
      '{0}; its epochs are {1} instead of {2} steps long; goes on with the whole of epoch {3}',
      ...[changed, stepsPerEpoch, grid[grid.length - 1].stepsPerEpoch, fromEpoch],
    ),
  };
}

/** A pause stores the epoch that comes next, a checkpoint the one that it ends. */
function epochsDone({ folder, progress }: SavedState): number {
  return folder === PAUSED_FOLDER ? progress.epoch - 1 : progress.epoch;
}

/** Older states do not say how long their epochs were; at the end of one it can be computed. */
function gridOf(saved: SavedState, stepsPerEpoch: number): EpochGrid {
  const [first, ...rest] = saved.progress.stretches ?? [];
  if (first !== undefined) return [first, ...rest];
  const length = saved.progress.nextStep / saved.progress.epoch;
  const isKnown = saved.folder !== PAUSED_FOLDER && Number.isInteger(length) && length > 0;
  return evenGrid(isKnown ? length : stepsPerEpoch);
}

function describeChange({ folder, progress }: SavedState, set: TrainSet): Words {
  const { trainSet } = progress;
  if (trainSet === undefined) return words('the training set has changed since {0}', folder);
  return trainSet.images === set.images.length
    ? words('the training set has changed since {0}: other images or labels', folder)
    : words(
        'the training set has changed since {0}: {1} images became {2}',
        ...[folder, trainSet.images, set.images.length],
      );
}
