import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';
import { MODEL_SIZES, type ModelSize } from '../model/detector';
import type { TrainState } from '../session/train-state';
import { readState, type SavedState } from './find-state';
import type { StateTensor } from './state-file';

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
