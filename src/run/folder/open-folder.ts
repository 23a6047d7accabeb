import { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { words } from '../../base/words';
import { FolderError } from './make-folder';
import { codeOf, Refused, refusedLink } from './refused';

/**
 * A folder that was opened: `at(name)` is the path of a file in it. On Linux the path goes through the open handle, so
 * that it means this folder and no other even if a link is put in its place meanwhile; elsewhere it is the plain path.
 */
export type OpenFolder = { readonly at: (name: string) => string; readonly close: () => void };

const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants;
/** In place of `openat`: a path that starts at an open handle. */
const HANDLES = '/proc/self/fd';
/** Only owner and group may write into it, whatever the umask. */
export const FOLDER_MODE = 0o775;
const hasHandles = process.platform === 'linux' && existsSync(HANDLES);

/**
 * Opens `folder`, which is `root` or is below it. `root` is named by a person and may be a link; below it none may be.
 * With `make`, folders missing below `root` are made. Close it. Throws `Refused` for a link or a file on the way.
 */
export function openFolder(folder: string, root: string, make = false): OpenFolder {
  let here = openRoot(root);
  let shown = root;
  for (const name of namesBelow(folder, root)) {
    shown = path.join(shown, name);
    const outer = here;
    try {
      if (make) makeOne(outer.at(name), shown);
      here = enter(outer, name, shown);
    } finally {
      outer.close();
    }
  }
  return here;
}

/** Makes a folder below the root, and those missing on the way. */
export function makeFolderIn(folder: string, root: string): void {
  openFolder(folder, root, true).close();
}

/** Uses a folder and closes it. */
export async function withFolder<T>(
  place: { readonly folder: string; readonly root: string; readonly make?: boolean },
  use: (folder: OpenFolder) => Promise<T>,
): Promise<T> {
  const folder = openFolder(place.folder, place.root, place.make);
  try {
    return await use(folder);
  } finally {
    folder.close();
  }
}

/** A folder within an open one; `shown` is its path for messages. */
export function enter(outer: OpenFolder, name: string, shown: string): OpenFolder {
  const way = outer.at(name);
  const stat = lstatSync(way);
  if (stat.isSymbolicLink()) throw refusedLink(shown);
  if (!stat.isDirectory()) throw new Refused(shown, words('is a file; a folder was expected'));
  return hasHandles ? handled(openReal(way, shown)) : byPath(shown);
}

function openRoot(root: string): OpenFolder {
  if (hasHandles) return handled(openSync(root, O_RDONLY | O_DIRECTORY));
  if (!statSync(root).isDirectory()) throw new Refused(root, words('is a file; a folder was expected'));
  return byPath(root);
}

/** It was a real folder a moment ago; a link that has taken its place since is not followed. */
function openReal(way: string, shown: string): number {
  try {
    return openSync(way, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (['ELOOP', 'ENOTDIR'].includes(codeOf(error))) throw refusedLink(shown);
    throw error;
  }
}

function handled(handle: number): OpenFolder {
  return { at: (name) => `${HANDLES}/${handle}/${name}`, close: () => closeSync(handle) };
}

function byPath(folder: string): OpenFolder {
  return { at: (name) => path.join(folder, name), close: () => undefined };
}

/** `enter` says what is wrong with a link in its place. */
function makeOne(way: string, shown: string): void {
  try {
    mkdirSync(way, FOLDER_MODE);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code !== 'EEXIST' || lstatSync(way).isFile()) throw new FolderError(shown, cause);
  }
}

/** Throws for a folder that is not below the root, whatever made it so. */
function namesBelow(folder: string, root: string): string[] {
  const below = path.relative(root, folder);
  if (below === '') return [];
  const names = below.split(path.sep);
  if (path.isAbsolute(below) || names.includes('..'))
    throw new Refused(folder, words('is outside of {0}', root));
  return names;
}
