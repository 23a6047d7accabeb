import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

const DEEPEST = 32;

/** Bytes of the files in a folder; links count as themselves, what cannot be read as nothing. */
export async function folderBytes(folder: string, depth = 0): Promise<number> {
  if (depth > DEEPEST) return 0;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const inside = path.join(folder, entry.name);
    bytes += entry.isDirectory() ? await folderBytes(inside, depth + 1) : await fileBytes(inside);
  }
  return bytes;
}

const fileBytes = (file: string): Promise<number> =>
  lstat(file).then(
    ({ size }) => size,
    () => 0,
  );
