import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isImagePath } from '../domain/dataset/image-path';

/** A classification set as Ultralytics reads it: a folder with train/CLASS/IMAGE, and val or test in the same form. */
export type ClassFolders = { readonly names: readonly string[]; readonly images: number };

const SPLITS = { train: ['train'], val: ['val', 'validation', 'test'] } as const;

/** Classes and images of a split; undefined if the folder does not have it. */
export async function readClassFolders(
  folder: string,
  split: keyof typeof SPLITS,
): Promise<ClassFolders | undefined> {
  for (const name of SPLITS[split]) {
    const found = await classesIn(path.join(folder, name));
    if (found) return found;
  }
  return undefined;
}

async function classesIn(folder: string): Promise<ClassFolders | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const counts = await Promise.all(names.map((name) => imagesIn(path.join(folder, name))));
  return { names: names.sort(), images: counts.reduce((sum, count) => sum + count, 0) };
}

async function imagesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => isImagePath(file)).length;
}
