import { open } from 'node:fs/promises';
import path from 'node:path';
import { toJsonLine } from '../../../base/json';
import { type CheckpointMeta, checkpointPath } from '../../../run/files';
import { draftFolder } from '../../../run/folder/draft-folder';
import type { OpenFolder } from '../../../run/folder/open-folder';
import { removeTree } from '../../../run/folder/remove';
import { NEW_FILE } from '../../../run/folder/write-file';
import type { CheckpointState } from '../../../run/state';
import type { TrainState } from '../session/train-state';
import { PAUSED_FOLDER } from './find-state';
import type { Position, Progress } from './state-file';
import { encodeState } from './state-file';

type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

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

/**
 * Writes a folder so that a reader sees it whole or not at all: beside under a temporary name, every file synced to
 * disk, then renamed. An older folder of that name is replaced. `root` is the run folder. Returns the bytes written.
 */
export async function writeFolder(
  target: string,
  files: FolderFiles,
  root = path.dirname(target),
): Promise<number> {
  const draft = draftFolder(target, root);
  try {
    const bytes = await writeFiles(draft.open, files);
    draft.commit();
    return bytes;
  } finally {
    // A part of a checkpoint would only fill the disk further.
    draft.discard();
  }
}

async function writeFiles(folder: OpenFolder, files: FolderFiles): Promise<number> {
  let bytes = 0;
  for (const [name, content] of Object.entries(files)) bytes += await writeDurably(folder.at(name), content);
  return bytes;
}

async function writeDurably(file: string, content: Uint8Array | string): Promise<number> {
  const handle = await open(file, NEW_FILE);
  try {
    await handle.writeFile(content);
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
