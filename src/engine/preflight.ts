import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../base/problem';
import { type DatasetSplit, loadSplit } from '../dataset/split';
import { placeProblems } from '../domain/experiment/place-problems';
import type { Experiment } from '../domain/experiment/types';
import { scheduleOf } from '../domain/schedule/schedule';
import { checkpointPath } from '../run/files';

/** An experiment with the text that it came from, so that problems can name a line. `data` is absolute. */
export type ExperimentSource = {
  readonly experiment: Experiment;
  readonly text: string;
  /** The file as problems shall name it. */
  readonly file: string;
  /** Folder from which relative paths of the experiment count. */
  readonly folder: string;
  readonly set?: readonly string[];
};

/** What was found out about an experiment before anything is started. Errors mean that it must not be. */
export type Preflight = {
  readonly problems: readonly Problem[];
  readonly trainImages: number;
  readonly valImages: number;
  readonly names: readonly string[];
};

/**
 * Everything that can be known to be wrong before a run starts: the dataset with all its labels, the starting weights,
 * and settings that do not fit the number of images. Foreign trainers judge their own data.
 */
export async function checkBeforeRun(source: ExperimentSource): Promise<Preflight> {
  const { experiment, text } = source;
  if (experiment.trainer !== 'builtin') return { problems: [], trainImages: 0, valImages: 0, names: [] };
  const { data, single_cls: singleCls, fraction } = experiment;
  const train = await loadSplit(data, 'train', { singleCls, fraction });
  const val = experiment.validation.enabled ? await loadSplit(data, 'val', { singleCls }) : undefined;
  const settings = [...modelProblems(experiment, source.folder), ...unfitSettings(experiment, train)];
  return {
    problems: [...placeProblems(settings, text, source), ...train.problems, ...newProblems(train, val)],
    trainImages: train.images.length,
    valImages: val?.images.length ?? 0,
    names: train.names,
  };
}

function unfitSettings(experiment: Experiment, train: DatasetSplit): readonly Problem[] {
  if (train.images.length === 0) return [];
  const counts = { images: train.images.length, fractionApplied: true, classes: train.names.length };
  return scheduleOf(experiment, counts, { strict: true }).problems;
}

/** Both splits tell what is wrong with the YAML; once is enough. */
function newProblems(train: DatasetSplit, val: DatasetSplit | undefined): readonly Problem[] {
  const told = new Set(train.problems.map((problem) => JSON.stringify(problem)));
  return val?.problems.filter((problem) => !told.has(JSON.stringify(problem))) ?? [];
}

const SIZES: ReadonlySet<string> = new Set(['nano', 'micro']);

/** `model` is a size, or a checkpoint to fine-tune from: its folder, a file in it, or RUN@epoch. */
function modelProblems({ model }: Experiment, folder: string): readonly Problem[] {
  if (SIZES.has(model)) return [];
  const [, run, epoch] = /^(.*)@(\d+)$/.exec(model) ?? [];
  const written = run === undefined ? model : path.join(run, checkpointPath(Number(epoch)));
  const file = path.resolve(folder, written);
  const info = statSync(file, { throwIfNoEntry: false });
  const error = (message: string): Problem => ({ severity: 'error', key: 'model', message });
  if (!info) return [error(`${model} does not exist (expected nano, micro or a checkpoint)`)];
  if (existsSync(path.join(info.isDirectory() ? file : path.dirname(file), 'state.bin'))) return [];
  return [error(`${model} is no checkpoint of this trainer: there is no state.bin beside it`)];
}
