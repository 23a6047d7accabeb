import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { enter, FOLDER_MODE, type OpenFolder, openFolder } from './open-folder';
import { removeTree } from './remove';
import { renamePatientlySync } from './rename';
import { asideName } from './write-file';

/** A folder that is written beside its final place: the content of `open` is moved there whole, or discarded. */
export type DraftFolder = {
  readonly open: OpenFolder;
  /** Moves it to its place; what was there is deleted. */
  readonly commit: () => void;
  /** Discards it. Does nothing after `commit`. */
  readonly discard: () => void;
};

/**
 * Begins a folder that readers see whole or not at all. It is written under a name that cannot already be a link;
 * `target` is below `root`, and folders missing on the way are made.
 */
export function draftFolder(target: string, root: string): DraftFolder {
  const parent = openFolder(path.dirname(target), root, true);
  const name = path.basename(target);
  const draft = asideName(name);
  mkdirSync(parent.at(draft), FOLDER_MODE);
  const open = enter(parent, draft, path.join(path.dirname(target), draft));
  let isOpen = true;
  const close = (finish: () => void): void => {
    if (!isOpen) return;
    isOpen = false;
    open.close();
    try {
      finish();
    } finally {
      parent.close();
    }
  };
  const below = path.dirname(target);
  return {
    open,
    commit: () => close(() => putInPlace(parent, { draft, name, below, root })),
    discard: () => close(() => removeTree(path.join(below, draft), root)),
  };
}

type Placing = {
  readonly draft: string;
  readonly name: string;
  readonly below: string;
  readonly root: string;
};

/** A folder that is not empty cannot be renamed over: the old one is moved aside first. */
function putInPlace(parent: OpenFolder, { draft, name, below, root }: Placing): void {
  const old = asideName(name);
  const replaces = lstatSync(parent.at(name), { throwIfNoEntry: false }) !== undefined;
  if (replaces) renamePatientlySync(parent.at(name), parent.at(old));
  renamePatientlySync(parent.at(draft), parent.at(name));
  syncFolder(parent);
  if (replaces) removeTree(path.join(below, old), root);
}

/** The rename itself reaches the disk with the parent folder; Windows cannot open folders and does not need it. */
function syncFolder(folder: OpenFolder): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder.at('.'), 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
