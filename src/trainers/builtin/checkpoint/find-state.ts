import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { WordedError, wordsOf } from '../../../base/worded-error';
import { type Words, words } from '../../../base/words';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readBytes } from '../../../run/folder/read-file';
import { removeTree } from '../../../run/folder/remove';
import { MODEL_SIZES, type ModelSize } from '../model/detector';
import type { TrainState } from '../session/train-state';
import { decodeState, type Progress, type StateTensor, zProgress } from './state-file';

export type SavedState = {
  readonly progress: Progress;
  readonly tensors: readonly StateTensor[];
  /** Relative to the run folder. */
  readonly folder: string;
};

/**
 * Holds only state.bin: what a pause in the middle of an epoch leaves. It is not the checkpoint of an epoch and is not
 * announced.
 */
export const PAUSED_FOLDER = 'checkpoints/paused';
const EPOCH_FOLDER = /^epoch-\d{4,}$/;

/** The whole state with the most steps in a run folder; damaged ones are skipped and reported. */
export async function findNewestState(
  runDir: string,
  onDamaged: (said: Words) => void,
): Promise<SavedState | undefined> {
  const paused = await tryRead(runDir, PAUSED_FOLDER, onDamaged);
  const names = existsSync(path.join(runDir, 'checkpoints'))
    ? await readdir(path.join(runDir, 'checkpoints'))
    : [];
  const epochs = names.filter((name) => EPOCH_FOLDER.test(name)).sort(byEpoch);
  for (const name of epochs.reverse()) {
    const state = await tryRead(runDir, `checkpoints/${name}`, onDamaged);
    if (state) return paused && paused.progress.nextStep > state.progress.nextStep ? paused : state;
  }
  return paused;
}

const byEpoch = (a: string, b: string): number => Number(a.slice(6)) - Number(b.slice(6));

async function tryRead(
  runDir: string,
  folder: string,
  onDamaged: (said: Words) => void,
): Promise<SavedState | undefined> {
  if (!existsSync(path.join(runDir, folder))) return undefined;
  try {
    return { ...(await readState(path.join(runDir, folder, 'state.bin'), runDir)), folder };
  } catch (error) {
    onDamaged(words('{0} is skipped: {1}', folder, wordsOf(error)));
    return undefined;
  }
}

/** States beyond the epoch that a run goes back to; one would be taken for the newest at the next resume. */
export async function dropStatesAfter(runDir: string, epoch: number): Promise<readonly string[]> {
  const folder = path.join(runDir, 'checkpoints');
  const names = existsSync(folder) ? await readdir(folder) : [];
  const later = names.filter((name) => EPOCH_FOLDER.test(name) && Number(name.slice(6)) > epoch);
  const dropped = [...later, path.basename(PAUSED_FOLDER)];
  for (const name of dropped) removeTree(path.join(folder, name), runDir);
  return later;
}

/** Reads one state.bin. Throws one line that names the file. Below a run folder no link may lead to it. */
export async function readState(file: string, runDir?: string): Promise<Omit<SavedState, 'folder'>> {
  const from = runDir === undefined ? ({ links: 'follow' } as const) : { root: runDir };
  try {
    const { header, tensors } = decodeState(await readBytes(file, { most: MOST_BYTES.state, ...from }));
    const progress = zProgress.safeParse(header);
    if (!progress.success) throw new WordedError(words('is a training state of another version'));
    return { progress: progress.data, tensors };
  } catch (error) {
    throw new WordedError(words('{0} {1}', path.basename(file), wordsOf(error)), { cause: error });
  }
}

/** Removes what a killed writer left half done. */
export async function removeLeftovers(runDir: string): Promise<void> {
  const folder = path.join(runDir, 'checkpoints');
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (/^\..*\.(tmp|old)$/.test(name)) removeTree(path.join(folder, name), runDir);
  }
}

/** The start of the weights: only a size, or an earlier checkpoint. */
export type ModelStart = { readonly size: ModelSize; readonly state?: TrainState; readonly from?: string };

/**
 * `model:` of an experiment: nano, micro, or a checkpoint to fine-tune from, as a checkpoint folder, a file in it, or
 * RUN@epoch. Relative paths are tried in `folders`, in order. Throws one line.
 */
export async function readModelStart(model: string, folders: readonly string[]): Promise<ModelStart> {
  const size = sizeOf(model);
  if (size) return { size };
  const file = stateFileOf(model, folders);
  const { progress, tensors } = await readState(file);
  const own = sizeOf(progress.size);
  if (!own) throw new WordedError(words('model: {0} is of the unknown size {1}', file, progress.size));
  return { size: own, state: { step: 0, tensors: averagedModel(tensors) }, from: file };
}

const sizeOf = (name: string): ModelSize | undefined => MODEL_SIZES.find((size) => size === name);

function stateFileOf(model: string, folders: readonly string[]): string {
  const [, run, epoch] = /^(.*)@(\d+)$/.exec(model) ?? [];
  const written =
    run === undefined ? model : path.join(run, 'checkpoints', `epoch-${epoch.padStart(4, '0')}`);
  const found = folders.map((folder) => path.resolve(folder, written)).find((file) => existsSync(file));
  if (!found)
    throw new WordedError(words('model: {0} does not exist (expected nano, micro or a checkpoint)', model));
  const state = path.join(statSync(found).isDirectory() ? found : path.dirname(found), 'state.bin');
  if (existsSync(state)) return state;
  throw new WordedError(
    words(
      'model: {0} is not a checkpoint of this trainer: there is no {1} beside it',
      model,
      path.basename(state),
    ),
  );
}

/** The weight average, which the checkpoint's model.onnx holds, both as the weights and as their average. */
function averagedModel(tensors: readonly StateTensor[]): Record<string, Float32Array> {
  const average = tensors.filter(({ name }) => name.startsWith('ema/'));
  return Object.fromEntries(
    average.flatMap(({ name, data }) => [
      [name, data],
      [name.replace('ema/', 'model/'), data],
    ]),
  );
}

/** The state of a resume in the form that the session takes. */
export function toTrainState({ progress, tensors }: Omit<SavedState, 'folder'>): TrainState {
  return {
    step: progress.updates,
    tensors: Object.fromEntries(tensors.map(({ name, data }) => [name, data])),
  };
}
