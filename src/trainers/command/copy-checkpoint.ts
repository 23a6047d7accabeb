import { copyFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainerEvent } from '../../run/events';
import { type CheckpointMeta, checkpointPath, RUN_FORMAT } from '../../run/files';
import { makeFolderSync } from '../../run/folder/make-folder';

export type ForeignCheckpoint = {
  /** Absolute. */
  readonly source: string;
  /** As it was announced. */
  readonly shown: string;
  readonly epoch: number;
  readonly step: number;
};

/** ONNX is validated as it is; a .pt is opened only by the user's own Python, and only when a person asks. */
const NAMES: Readonly<Record<string, string>> = {
  '.onnx': 'model.onnx',
  '.pt': 'model.pt',
  '.pth': 'model.pt',
};

export const isModelFile = (file: string): boolean => path.extname(file) in NAMES;

/** Copies a model file into the run folder, whole, and makes its event; a warning where it is none or is not there. */
export function copyCheckpoint(runDir: string, checkpoint: ForeignCheckpoint): TrainerEvent {
  const { source, shown, epoch, step } = checkpoint;
  const warn = (why: string): TrainerEvent => ({
    type: 'log',
    t: Date.now(),
    level: 'warning',
    message: `checkpoint ${shown} of epoch ${epoch} ${why}`,
  });
  const name = NAMES[path.extname(source)];
  if (name === undefined) return warn('is neither .onnx nor .pt: not taken');
  const before = stampOf(source);
  if (before === undefined) return warn('does not exist');
  const relative = checkpointPath(epoch);
  const target = path.join(runDir, relative);
  const draft = `${target}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  makeFolderSync(draft);
  copyFileSync(source, path.join(draft, name));
  if (stampOf(source) !== before) {
    rmSync(draft, { recursive: true, force: true });
    return warn('was written to while it was copied: not taken');
  }
  const created = Date.now();
  const meta: CheckpointMeta = {
    format: RUN_FORMAT,
    epoch,
    step,
    model: path.basename(source),
    names: [],
    imgsz: 0,
    created,
  };
  writeFileSync(path.join(draft, 'meta.json'), JSON.stringify(meta));
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
  return {
    type: 'checkpoint',
    t: created,
    path: relative,
    epoch,
    step,
    bytes: statSync(path.join(target, name)).size,
  };
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : undefined;
}
