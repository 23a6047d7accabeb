import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { words } from '../../base/words';
import { type OpenFolder, openFolder, withFolder } from './open-folder';
import { openFailure, Refused } from './refused';
import { renamePatiently } from './rename';

// Every file in a folder that another user may have made is written through here: no link is written through, neither
// one of the file's name nor one on the way to it, and temporary files have names that cannot exist there already.

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDWR, O_WRONLY } = constants;
/** Made, or refused if something is there. */
export const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

export type Content = string | Uint8Array;

/** Folder of the file: it is in `root` or below it; its own folder if absent. Folders on the way are made. */
export type WritePlace = {
  readonly root?: string;
  /** How long Windows is asked again to rename; the minute of `renamePatiently` if absent. */
  readonly patienceMs?: number;
};

/**
 * Replaces a file whole: readers see the old content or the new, never a part. A link of that name is replaced itself.
 */
export function writeWhole(
  file: string,
  content: Content | Iterable<Content>,
  place: WritePlace = {},
): Promise<void> {
  const folder = path.dirname(file);
  const { root = folder, patienceMs } = place;
  return withFolder({ folder, root, make: true }, (opened) =>
    replaceIn({ folder: opened, name: path.basename(file), patienceMs }, content),
  );
}

type AsidePlace = {
  readonly folder: OpenFolder;
  readonly name: string;
  readonly patienceMs: number | undefined;
};

async function replaceIn(
  { folder, name, patienceMs }: AsidePlace,
  content: Content | Iterable<Content>,
): Promise<void> {
  const aside = folder.at(asideName(name));
  const handle = await open(aside, NEW_FILE);
  try {
    await fill(handle, content);
    await renamePatiently(aside, folder.at(name), patienceMs === undefined ? {} : { forMs: patienceMs });
  } catch (error) {
    await unlink(aside).catch(() => undefined);
    throw error;
  }
}

async function fill(handle: FileHandle, content: Content | Iterable<Content>): Promise<void> {
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  try {
    for (const piece of pieces) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
}

/** Hidden, and never the same twice: watchers and listings skip it. */
export function asideName(name: string): string {
  return `.${name}.${randomBytes(12).toString('hex')}.tmp`;
}

/** Opens a file to append to, and makes it if it is missing. Close it. Throws `Refused` if it is not a plain file. */
export function openToAppend(file: string, { root = path.dirname(file) }: WritePlace = {}): number {
  const folder = openFolder(path.dirname(file), root);
  try {
    return keepPlain(
      openSync(folder.at(path.basename(file)), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK),
      file,
    );
  } catch (error) {
    throw openFailure(file, error);
  } finally {
    folder.close();
  }
}

/** Another name of the file may be outside of the folder. */
function keepPlain(handle: number, file: string): number {
  const stat = fstatSync(handle);
  if (stat.isFile() && stat.nlink <= 1) return handle;
  closeSync(handle);
  throw new Refused(
    file,
    stat.isFile()
      ? words('has another hard link; not written to')
      : words('is a pipe or a device; a file was expected'),
  );
}

/** Makes a file that must not exist yet. Throws EEXIST if it does, even as a link that leads nowhere. */
export function createFile(file: string, content: string, mode = 0o666): void {
  const handle = openSync(file, NEW_FILE, mode);
  try {
    writeSync(handle, content);
  } finally {
    closeSync(handle);
  }
}
