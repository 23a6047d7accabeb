import { open } from 'node:fs/promises';
import path from 'node:path';
import { draftFolder } from '../../../run/folder/draft-folder';
import type { OpenFolder } from '../../../run/folder/open-folder';
import { NEW_FILE } from '../../../run/folder/write-file';

export type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

/**
 * Writes a folder so that a reader sees it whole or not at all: beside under a temporary name, every file synced to
 * disk, then renamed. An older folder of that name is replaced. `root` is the run folder. Returns the bytes written.
 */
export async function writeFolder(
  target: string,
  files: FolderFiles,
  root = path.dirname(target),
): Promise<number> {
  const draft = draftFolder(target, root);
  try {
    const bytes = await writeFiles(draft.open, files);
    draft.commit();
    return bytes;
  } finally {
    // A part of a checkpoint would only fill the disk further.
    draft.discard();
  }
}

async function writeFiles(folder: OpenFolder, files: FolderFiles): Promise<number> {
  let bytes = 0;
  for (const [name, content] of Object.entries(files)) bytes += await writeDurably(folder.at(name), content);
  return bytes;
}

async function writeDurably(file: string, content: Uint8Array | string): Promise<number> {
  const handle = await open(file, NEW_FILE);
  try {
    await handle.writeFile(content);
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
