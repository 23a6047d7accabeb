import path from 'node:path';
import { toJsonLine } from '../../../base/json';
import { type CheckpointMeta, checkpointPath } from '../../../run/files';
import { removeTree } from '../../../run/folder/remove';
import type { CheckpointState } from '../../../run/state';
import type { TrainState } from '../session/train-state';
import { PAUSED_FOLDER } from './find-state';
import { writeFolder } from './folder';
import type { Position, Progress } from './progress';
import { encodeState } from './state-file';

const META_FORMAT = 1;

/** Writes checkpoints/epoch-NNNN: the inference model, what resume needs, and what they are. */
export async function writeCheckpoint(
  runDir: string,
  position: Position,
  { state, model }: { readonly state: TrainState; readonly model: Uint8Array },
): Promise<Pick<CheckpointState, 'path' | 'bytes'>> {
  const { epoch, nextStep, size, names, imgsz } = position;
  const meta: CheckpointMeta = {
    format: META_FORMAT,
    epoch,
    step: nextStep - 1,
    model: size,
    names,
    imgsz,
    created: Date.now(),
  };
  const folder = checkpointPath(epoch);
  const bytes = await writeFolder(
    path.join(runDir, folder),
    {
      'model.onnx': model,
      'state.bin': stateBytes(position, state),
      'meta.json': toJsonLine(meta),
    },
    runDir,
  );
  // The state of a pause in the middle of this epoch is older now.
  removeTree(path.join(runDir, PAUSED_FOLDER), runDir);
  return { path: folder, bytes };
}

/** Writes checkpoints/paused, from which a resume continues in the middle of an epoch. */
export async function writePaused(runDir: string, position: Position, state: TrainState): Promise<void> {
  await writeFolder(path.join(runDir, PAUSED_FOLDER), { 'state.bin': stateBytes(position, state) }, runDir);
}

function stateBytes(position: Position, state: TrainState): Uint8Array {
  const header: Progress = { ...position, updates: state.step };
  const tensors = Object.entries(state.tensors).map(([name, data]) => ({ name, data }));
  return encodeState({ header, tensors });
}
