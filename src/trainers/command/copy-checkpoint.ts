import { constants, copyFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Words, withEnglish, words } from '../../base/words';
import type { TrainerEvent } from '../../run/events';
import { type CheckpointMeta, checkpointPath, RUN_FORMAT } from '../../run/files';
import { draftFolder } from '../../run/folder/draft-folder';
import { createFile } from '../../run/folder/write-file';

export type WeightsFile = {
  /** Absolute. */
  readonly source: string;
  /** As it was announced. */
  readonly shown: string;
  readonly epoch: number;
  readonly step: number;
};

/** ONNX is validated as it is; a .pt is opened only by the user's own Python, and only when a person requests it. */
const NAMES: Readonly<Record<string, string>> = {
  '.onnx': 'model.onnx',
  '.pt': 'model.pt',
  '.pth': 'model.pt',
};

export const isModelFile = (file: string): boolean => path.extname(file) in NAMES;

/** Copies a model file into the run folder, whole, and makes its event; a warning if it is not one or does not exist. */
export function copyCheckpoint(runDir: string, checkpoint: WeightsFile): TrainerEvent {
  const { source, shown, epoch, step } = checkpoint;
  const warn = (said: Words): TrainerEvent => ({
    type: 'log',
    t: Date.now(),
    level: 'warning',
    ...withEnglish(said),
  });
  const name = NAMES[path.extname(source)];
  if (name === undefined)
    return warn(words('checkpoint {0} of epoch {1} is neither .onnx nor .pt: not taken', shown, epoch));
  const before = stampOf(source);
  if (before === undefined) return warn(words('checkpoint {0} of epoch {1} does not exist', shown, epoch));
  const relative = checkpointPath(epoch);
  const draft = draftFolder(path.join(runDir, relative), runDir);
  try {
    copyFileSync(source, draft.open.at(name), constants.COPYFILE_EXCL);
    if (stampOf(source) !== before)
      return warn(
        words('checkpoint {0} of epoch {1} was written to while it was copied: not taken', shown, epoch),
      );
    const created = Date.now();
    const bytes = statSync(draft.open.at(name)).size;
    createFile(draft.open.at('meta.json'), JSON.stringify(metaOf(checkpoint, created)));
    draft.commit();
    return { type: 'checkpoint', t: created, path: relative, epoch, step, bytes };
  } finally {
    draft.discard();
  }
}

function metaOf({ source, epoch, step }: WeightsFile, created: number): CheckpointMeta {
  const model = path.basename(source);
  return { format: RUN_FORMAT, epoch, step, model, names: [], imgsz: 0, created };
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : undefined;
}
