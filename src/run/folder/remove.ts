import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { words } from '../../base/words';
import { enter, type OpenFolder, openFolder } from './open-folder';
import { codeOf, Refused } from './refused';

// Every file is deleted through here. A link is deleted itself and never what it leads to; a folder is entered only
// after it was opened, so that nothing outside can be put in its place while its content is being deleted.

const DEEPEST = 32;

/** Deletes a file or a link. A missing file is not an error; a folder is one. */
export function removeFile(file: string, root = path.dirname(file)): void {
  inFolder(file, root, (folder, name) => unlinkSync(folder.at(name)));
}

/** Deletes a folder with all that is listed in it, or a file. A missing one is not an error. */
export function removeTree(target: string, root = path.dirname(target)): void {
  inFolder(target, root, (folder, name) => removeEntry(folder, name, { shown: target, depth: 0 }));
}

function inFolder(file: string, root: string, remove: (folder: OpenFolder, name: string) => void): void {
  let folder: OpenFolder | undefined;
  try {
    folder = openFolder(path.dirname(file), root);
    remove(folder, path.basename(file));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  } finally {
    folder?.close();
  }
}

type RemovedEntry = { readonly shown: string; readonly depth: number };

function removeEntry(outer: OpenFolder, name: string, entry: RemovedEntry): void {
  if (!lstatSync(outer.at(name)).isDirectory()) {
    unlinkSync(outer.at(name));
    return;
  }
  if (entry.depth > DEEPEST)
    throw new Refused(entry.shown, words('is deeper than {0} folders: not deleted', DEEPEST));
  const inner = enter(outer, name, entry.shown);
  try {
    for (const child of readdirSync(inner.at('')))
      removeEntry(inner, child, { shown: path.join(entry.shown, child), depth: entry.depth + 1 });
  } finally {
    inner.close();
  }
  rmdirSync(outer.at(name));
}
