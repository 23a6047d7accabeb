import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../../run/folder/make-folder';

export type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

/**
 * Writes a folder so that a reader sees it whole or not at all: beside under a temporary name, every file on the disk,
 * then renamed. An older folder of that name is replaced. Returns the bytes written.
 */
export async function writeFolder(target: string, files: FolderFiles): Promise<number> {
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  try {
    const bytes = await writeFiles(temporary, files);
    await replaceFolder(temporary, target);
    await syncFolder(path.dirname(target));
    return bytes;
  } catch (error) {
    // A part of a checkpoint would only fill the disk further.
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeFiles(folder: string, files: FolderFiles): Promise<number> {
  await makeFolder(folder);
  let bytes = 0;
  for (const [name, content] of Object.entries(files))
    bytes += await writeDurably(path.join(folder, name), content);
  return bytes;
}

async function writeDurably(file: string, content: Uint8Array | string): Promise<number> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** A folder that is not empty cannot be renamed over: the old one steps aside first. */
async function replaceFolder(temporary: string, target: string): Promise<void> {
  const aside = path.join(path.dirname(target), `.${path.basename(target)}.old`);
  await rm(aside, { recursive: true, force: true });
  if (existsSync(target)) await rename(target, aside);
  await rename(temporary, target);
  await rm(aside, { recursive: true, force: true });
}

/** The rename itself reaches the disk with the parent folder; Windows cannot open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
