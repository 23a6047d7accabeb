import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainerEvent } from '../../protocol/events';
import { type CheckpointMeta, checkpointPath, RUN_FORMAT } from '../../protocol/run-files';

export type ForeignCheckpoint = { readonly file: string; readonly epoch: number; readonly step: number };

/** Copies a model file that the program announced into the run folder, whole, and makes its event. */
export function copyCheckpoint(
  runDir: string,
  cwd: string,
  { file, epoch, step }: ForeignCheckpoint,
): TrainerEvent {
  const source = path.resolve(cwd, file);
  const t = Date.now();
  if (!existsSync(source))
    return {
      type: 'log',
      t,
      level: 'warning',
      message: `checkpoint ${file} of epoch ${epoch} does not exist`,
    };
  const relative = checkpointPath(epoch);
  const target = path.join(runDir, relative);
  const draft = `${target}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const name = path.extname(source) === '.pt' ? 'model.pt' : 'model.onnx';
  cpSync(source, path.join(draft, name));
  const meta: CheckpointMeta = {
    format: RUN_FORMAT,
    epoch,
    step,
    model: path.basename(source),
    names: [],
    imgsz: 0,
    created: t,
  };
  writeFileSync(path.join(draft, 'meta.json'), JSON.stringify(meta));
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
  return {
    type: 'checkpoint',
    t,
    path: relative,
    epoch,
    step,
    bytes: statSync(path.join(target, name)).size,
  };
}
