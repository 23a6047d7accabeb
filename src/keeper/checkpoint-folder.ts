import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { WordedError } from '../base/worded-error';
import { words } from '../base/words';
import { detectionsPath, picturesPath } from '../run/files';
import { type OpenFolder, openFolder } from '../run/folder/open-folder';
import type { RunPaths } from '../run/folder/paths';
import { removeFile, removeTree } from '../run/folder/remove';
import { renamePatientlySync } from '../run/folder/rename';

const CHECKPOINT = /^checkpoints\/epoch-\d{1,9}$/;
/** The keeper has other work; what could not be removed is tried again. */
const KEEPER_MS = 1000;
const LEFTOVER = /^\.removing-epoch-\d{1,9}$/;

/**
 * Deletes one checkpoint folder of a run. The path comes from a file that a stranger may have written: nothing but
 * checkpoints/epoch-N, in real folders, is ever deleted. Renamed first, so that no half a checkpoint is seen.
 */
export function removeCheckpoint(paths: RunPaths, checkpoint: string): void {
  if (!CHECKPOINT.test(checkpoint))
    throw new WordedError(words('{0} is not a checkpoint of Pitwall: not deleted', checkpoint));
  const name = path.basename(checkpoint);
  const aside = `.removing-${name}`;
  inCheckpoints(paths, (folder) => {
    if (!lstatSync(folder.at(name), { throwIfNoEntry: false })?.isDirectory())
      throw new WordedError(
        words('{0} is not a folder of this run: not deleted', path.join(paths.dir, checkpoint)),
      );
    removeTree(path.join(paths.checkpoints, aside), paths.dir);
    renamePatientlySync(folder.at(name), folder.at(aside), { forMs: KEEPER_MS });
    removeTree(path.join(paths.checkpoints, aside), paths.dir);
  });
}

/** Removes what a keeper that died while it deleted has left. */
export function removeLeftovers(paths: RunPaths): void {
  const names = inCheckpoints(paths, (folder) => readdirSync(folder.at('.')));
  for (const name of names.filter((n) => LEFTOVER.test(n)))
    removeTree(path.join(paths.checkpoints, name), paths.dir);
}

export function removeDetections(paths: RunPaths, epoch: number): void {
  for (const kept of [detectionsPath(epoch), picturesPath(epoch)])
    removeFile(path.join(paths.dir, kept), paths.dir);
}

/** Throws if a link has the place of checkpoints/. */
function inCheckpoints<T>(paths: RunPaths, use: (folder: OpenFolder) => T): T {
  const folder = openFolder(paths.checkpoints, paths.dir);
  try {
    return use(folder);
  } finally {
    folder.close();
  }
}
