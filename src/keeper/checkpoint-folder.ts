import { lstat, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { detectionsPath } from '../run/files';
import type { RunPaths } from '../run/folder/paths';

const CHECKPOINT = /^checkpoints\/epoch-\d{1,9}$/;
const LEFTOVER = /^\.removing-epoch-\d{1,9}$/;

/**
 * Deletes one checkpoint folder of a run. The path comes from a file that a stranger may have written: nothing but
 * checkpoints/epoch-N, in real folders, is ever deleted. Renamed first, so that no half a checkpoint is seen.
 */
export async function removeCheckpoint(paths: RunPaths, checkpoint: string): Promise<void> {
  if (!CHECKPOINT.test(checkpoint)) throw new Error(`${checkpoint} is no checkpoint of ours: not deleted`);
  const folder = path.join(paths.dir, checkpoint);
  if (!(await isRealFolder(paths.checkpoints)) || !(await isRealFolder(folder)))
    throw new Error(`${folder} is no folder of this run: not deleted`);
  const aside = path.join(paths.checkpoints, `.removing-${path.basename(folder)}`);
  await rm(aside, { recursive: true, force: true });
  await rename(folder, aside);
  await rm(aside, { recursive: true, force: true });
}

/** What a keeper that died while it deleted has left. */
export async function removeLeftovers(paths: RunPaths): Promise<void> {
  if (!(await isRealFolder(paths.checkpoints))) return;
  for (const name of (await readdir(paths.checkpoints)).filter((n) => LEFTOVER.test(n)))
    await rm(path.join(paths.checkpoints, name), { recursive: true, force: true });
}

export async function removeDetections(paths: RunPaths, epoch: number): Promise<void> {
  await rm(path.join(paths.dir, detectionsPath(epoch)), { force: true });
}

async function isRealFolder(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch(() => undefined);
  return stat?.isDirectory() ?? false;
}
