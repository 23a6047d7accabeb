import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../base/bad-input';
import { type Words, words } from '../../base/words';

// Not Node's own recursive mkdir: if a folder exists and cannot hold a new one (below /proc, on some shares), the
// system answers ENOENT, and Node 20 then makes parent and child in turn for ever, at full load. Here each folder is
// tried twice.

/** Names the folder that could not be made, and why; `cause` is the system's error. */
export class FolderError extends BadInputError {
  constructor(folder: string, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? 'UNKNOWN';
    super(words('cannot make the folder {0}: {1}', folder, reasonOf(code)), { cause });
    this.name = 'FolderError';
  }
}

/** What an error code of the system means for a folder. */
export const reasonOf = (code: string): Words | string => REASONS[code] ?? code;

const REASONS: Readonly<Record<string, Words>> = {
  ENOENT: words('no folder can be made there'),
  ENOTDIR: words('a part of the path is a file'),
  EEXIST: words('a file has that name'),
  EACCES: words('permission denied'),
  EPERM: words('not permitted'),
  EROFS: words('read-only file system'),
  ENOSPC: words('no space left on the disk'),
  EDQUOT: words('disk quota exceeded'),
  ENAMETOOLONG: words('the name is too long'),
};

/** Makes a folder and those above it, unless they are there. Throws a `FolderError`. */
export async function makeFolder(folder: string): Promise<void> {
  const problem = await tryMake(folder);
  if (problem === undefined) return;
  const above = path.dirname(folder);
  if (problem.code !== 'ENOENT' || above === folder) throw new FolderError(folder, problem);
  await makeFolder(above);
  const again = await tryMake(folder);
  if (again !== undefined) throw new FolderError(folder, again);
}

/** The same without leaving the thread. */
export function makeFolderSync(folder: string): void {
  const problem = tryMakeSync(folder);
  if (problem === undefined) return;
  const above = path.dirname(folder);
  if (problem.code !== 'ENOENT' || above === folder) throw new FolderError(folder, problem);
  makeFolderSync(above);
  const again = tryMakeSync(folder);
  if (again !== undefined) throw new FolderError(folder, again);
}

/** Undefined if the folder exists now, even if another process made it. */
async function tryMake(folder: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(folder);
    return undefined;
  } catch (error) {
    const isThere = (await stat(folder).catch(() => undefined))?.isDirectory();
    return isThere ? undefined : (error as NodeJS.ErrnoException);
  }
}

function tryMakeSync(folder: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(folder);
    return undefined;
  } catch (error) {
    return isFolder(folder) ? undefined : (error as NodeJS.ErrnoException);
  }
}

/** statSync throws for a path that leads through a file. */
function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
