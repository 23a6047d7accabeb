import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { hasErrors, type Problem } from '../base/problem';
import { readClassFolders } from '../dataset/class-folders';
import { relativeRoot } from '../dataset/hand-over';
import { loadDatasetYaml } from '../dataset/load-yaml';
import { countImages } from '../dataset/sources';
import { type DatasetSplit, loadSplit } from '../dataset/split';
import { findingsOf } from '../dataset/survey/findings';
import type { ImageReader } from '../dataset/survey/image-reader';
import { surveyOf } from '../dataset/survey/survey';
import { placeProblems } from '../domain/experiment/place-problems';
import { TRAINERS } from '../domain/experiment/trainers';
import type { Experiment } from '../domain/experiment/types';
import { JUDGED, taskOf } from '../domain/run/task';
import { scheduleOf } from '../domain/schedule/schedule';
import { checkpointPath } from '../run/files';

/** An experiment with the text that it came from, so that problems can name a line. `data` is absolute. */
export type ExperimentSource = {
  readonly experiment: Experiment;
  readonly text: string;
  /** The file name for problems. */
  readonly file: string;
  /** Folder that the experiment's relative paths refer to. */
  readonly folder: string;
  readonly set?: readonly string[];
};

/** What was found out about an experiment before anything is started. With errors it must not be started. */
export type Preflight = {
  readonly problems: readonly Problem[];
  readonly trainImages: number;
  readonly valImages: number;
  readonly names: readonly string[];
};

/** Sets of more images are not decoded before a run: `pitwall data` reads all of them. */
const MOST_DECODED = 1000;

/**
 * Everything that can be known to be wrong before a run starts: the dataset with all its labels, the starting weights,
 * and settings that do not fit the number of images. A foreign trainer checks labels and settings itself: for it, only
 * what it cannot train or be validated on is an error (checkUltralytics), and only a dataset on this disk is
 * read.
 */
export async function checkBeforeRun(source: ExperimentSource, reader: ImageReader): Promise<Preflight> {
  const { experiment, text } = source;
  const { data, trainer, single_cls: singleCls, fraction } = experiment;
  const { isOwn, isUltralytics } = TRAINERS[trainer];
  const refused = isUltralytics ? await checkUltralytics(experiment) : [];
  if (refused.length > 0) return { ...NOTHING, problems: placeProblems(refused, text, source) };
  if (!isJudged(trainer, data)) return NOTHING;
  const train = await loadSplit(data, 'train', { singleCls, fraction });
  const isValidated = experiment.validation.enabled;
  const val = isValidated ? await loadSplit(data, 'val', { singleCls }) : undefined;
  const read = [...train.problems, ...newProblems(train, val)];
  const own = isOwn ? [...modelProblems(experiment, source.folder), ...unfitSettings(experiment, train)] : [];
  const judged = isOwn ? read : [...read.map(asWarning), ...(await placeNote(data))];
  const findings = hasErrors(judged) ? [] : await findingsIn({ experiment, train, val, reader });
  return {
    problems: [...placeProblems(own, text, source), ...judged, ...findings],
    trainImages: train.images.length,
    valImages: val?.images.length ?? 0,
    names: train.names,
  };
}

const NOTHING: Preflight = { problems: [], trainImages: 0, valImages: 0, names: [] };

function isJudged(trainer: Experiment['trainer'], data: string): boolean {
  const { isOwn, isUltralytics } = TRAINERS[trainer];
  return isOwn || (isUltralytics && isDatasetFile(data));
}

/** Not a name that Ultralytics knows, an address, or a folder of images to classify. */
const isDatasetFile = (data: string): boolean => /\.ya?ml$/i.test(data) && existsSync(data);

const asWarning = (problem: Problem): Problem => ({
  ...problem,
  severity: problem.severity === 'error' ? 'warning' : problem.severity,
});

/** A `path` that Ultralytics by itself would search elsewhere. */
async function placeNote(data: string): Promise<readonly Problem[]> {
  const root = await relativeRoot(data);
  if (root === undefined) return [];
  const message = `is read from ${root}, and Ultralytics is given that path: by itself it would search its working directory and its datasets folder`;
  return [{ severity: 'info', file: data, key: 'path', message }];
}

type Splits = {
  readonly experiment: Experiment;
  readonly train: DatasetSplit;
  readonly val: DatasetSplit | undefined;
  readonly reader: ImageReader;
};

async function findingsIn({ experiment, train, val, reader }: Splits): Promise<readonly Problem[]> {
  const { data, imgsz } = experiment;
  const splits = [
    { name: 'train' as const, split: train },
    ...(val ? [{ name: 'val' as const, split: val }] : []),
  ];
  const options = { imgsz, splits: [], mostDecoded: MOST_DECODED, reader };
  return findingsOf(await surveyOf(splits, options), { file: data, imgsz });
}

function unfitSettings(experiment: Experiment, train: DatasetSplit): readonly Problem[] {
  if (train.images.length === 0) return [];
  const counts = { images: train.images.length, fractionApplied: true, classes: train.names.length };
  return scheduleOf(experiment, counts, { strict: true }).problems;
}

/** Both splits report what is wrong with the YAML; once is enough. */
function newProblems(train: DatasetSplit, val: DatasetSplit | undefined): readonly Problem[] {
  const known = new Set(train.problems.map((problem) => JSON.stringify(problem)));
  return val?.problems.filter((problem) => !known.has(JSON.stringify(problem))) ?? [];
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
  return [error(`${model} is not a checkpoint of this trainer: there is no state.bin beside it`)];
}

const error = (message: string, key: string): Problem => ({ severity: 'error', key, message });

/**
 * What Ultralytics would only report after seconds in Python, or an epoch of training. A data set that is not on disk
 * may be one that it knows by name. Labels of other tasks than detection are left to Ultralytics, which judges those.
 */
async function checkUltralytics(experiment: Experiment): Promise<readonly Problem[]> {
  const { data, model, passthrough, validation } = experiment;
  const task = taskOf(model, passthrough.task) ?? 'detect';
  if (!JUDGED.has(task) && validation.enabled)
    return [
      error(
        `checkpoints of the task ${task} cannot be validated beside training: set \`validation: false\`, and Ultralytics validates in its loop`,
        'model',
      ),
    ];
  if (!existsSync(data)) return [];
  if (statSync(data).isDirectory()) return classFolderProblems(data, task);
  return task === 'classify' ? [] : yamlProblems(experiment, task === 'detect');
}

async function classFolderProblems(folder: string, task: string): Promise<Problem[]> {
  if (task !== 'classify')
    return [error(`${folder} is a folder: the task ${task} needs a dataset YAML`, 'data')];
  const [train, val] = [await readClassFolders(folder, 'train'), await readClassFolders(folder, 'val')];
  if (!train || train.images === 0)
    return [error(`${folder}: no images in train/CLASS/, as a classification set has them`, 'data')];
  if (!val || val.images === 0) return [error(`${folder}: no images in val/CLASS/ or test/CLASS/`, 'data')];
  const extra = val.names.filter((name) => !train.names.includes(name));
  return extra.length > 0
    ? [error(`${folder}: val has classes that train does not have: ${extra.slice(0, 3).join(', ')}`, 'data')]
    : [];
}

async function yamlProblems(experiment: Experiment, readsLabels: boolean): Promise<readonly Problem[]> {
  const { data, single_cls: singleCls, validation } = experiment;
  const { problems } = await loadDatasetYaml(data);
  if (problems.some(({ severity }) => severity === 'error')) return problems;
  try {
    await countImages(data, 'train');
    if (!validation.enabled || !readsLabels) await countImages(data, 'val');
  } catch (cause) {
    return [{ severity: 'error', message: cause instanceof Error ? cause.message : String(cause) }];
  }
  if (!validation.enabled || !readsLabels) return [];
  const { problems: found } = await loadSplit(data, 'val', { singleCls });
  return found.filter(({ severity }) => severity === 'error');
}
