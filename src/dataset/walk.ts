import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { WordedError } from '../base/worded-error';
import { words } from '../base/words';

/** Bounds of a walk. Open Images, the largest published set of detections, has 1.7 million training images in a folder. */
export type WalkBounds = { readonly entries: number; readonly depth: number; readonly ms: number };

const MOST: WalkBounds = { entries: 5_000_000, depth: 32, ms: 300_000 };

type Walk = {
  readonly root: string;
  readonly most: WalkBounds;
  readonly until: number;
  entries: number;
  readonly files: string[];
  /** Folders that were visited, by device and inode. */
  readonly seen: Set<string | undefined>;
  readonly waiting: PendingFolder[];
};
type PendingFolder = { readonly folder: string; readonly depth: number };

/**
 * All files below a folder, absolute, in no order. Each folder is visited once, however many links lead to it: a link
 * to itself, or a second name of a folder, adds nothing. Links to folders are followed, as data sets are often linked
 * together. Hidden files and folders are left out, as Ultralytics' glob does: `._a.jpg` of macOS is not an image, and
 * `.ipynb_checkpoints` or `.thumbnails` hold copies; one that the YAML or a list names is read. Throws one line if a
 * limit is exceeded: part of a set is not a set.
 */
export async function filesBelow(root: string, most: WalkBounds = MOST): Promise<readonly string[]> {
  const walk: Walk = {
    root,
    most,
    until: Date.now() + most.ms,
    entries: 0,
    files: [],
    seen: new Set([await identityOf(root)]),
    waiting: [{ folder: root, depth: 0 }],
  };
  for (let next = walk.waiting.pop(); next !== undefined; next = walk.waiting.pop()) {
    for (const entry of await entriesOf(walk, next)) await take(walk, next, entry);
  }
  return walk.files;
}

async function take(
  { files, seen, waiting }: Walk,
  { folder, depth }: PendingFolder,
  entry: Dirent,
): Promise<void> {
  const full = path.join(folder, entry.name);
  const identity = await folderOf(entry, full);
  if (identity === undefined) files.push(full);
  else if (!seen.has(identity)) waiting.push({ folder: full, depth: depth + 1 });
  if (identity !== undefined) seen.add(identity);
}

async function entriesOf(walk: Walk, { folder, depth }: PendingFolder): Promise<readonly Dirent[]> {
  const { root, most } = walk;
  if (depth > most.depth)
    throw new WordedError(words('{0}: has folders more than {1} deep', root, most.depth));
  if (Date.now() > walk.until)
    throw new WordedError(words('{0}: listing it takes over {1} s', root, most.ms / 1000));
  const entries = await readdir(folder, { withFileTypes: true });
  walk.entries += entries.length;
  if (walk.entries > most.entries)
    throw new WordedError(words('{0}: holds more than {1} files', root, most.entries));
  return entries.filter((entry) => !entry.name.startsWith('.'));
}

/** Which folder an entry is; undefined if it is a file. */
async function folderOf(entry: Dirent, full: string): Promise<string | undefined> {
  if (!entry.isDirectory() && !entry.isSymbolicLink()) return undefined;
  return identityOf(full);
}

/** Device and inode of a folder, as integers of any size; undefined if it is not a folder, or is gone. */
async function identityOf(full: string): Promise<string | undefined> {
  const info = await stat(full, { bigint: true }).catch(() => undefined);
  return info?.isDirectory() ? `${info.dev} ${info.ino}` : undefined;
}
