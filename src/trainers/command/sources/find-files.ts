import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';

const DEEPEST = 4;
/** Folders that never hold a trainer's numbers and may hold a great many files. */
const PASSED_OVER: ReadonlySet<string> = new Set(['node_modules', '.git', 'images', 'labels', '__pycache__']);

/** Files at or below a folder whose name fits, relative and sorted; empty if it is absent. Links are not followed. */
export async function findFiles(
  folder: string,
  fits: (name: string) => boolean,
  depth = 0,
): Promise<string[]> {
  const entries = await entriesOf(folder);
  const files = entries.filter((entry) => entry.isFile() && fits(entry.name)).map(({ name }) => name);
  const inner = entries.filter((entry) => entry.isDirectory() && !PASSED_OVER.has(entry.name));
  const deeper = await Promise.all(
    depth === DEEPEST
      ? []
      : inner.map(async ({ name }) => {
          const found = await findFiles(path.join(folder, name), fits, depth + 1);
          return found.map((file) => `${name}/${file}`);
        }),
  );
  return [...files, ...deeper.flat()].sort();
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw new WordedError(words('cannot read {0}', folder), { cause: error });
  }
}

export const isEventFile = (name: string): boolean => name.includes('tfevents');
