import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isImagePath } from '../domain/dataset/image-path';

/** A classification set as Ultralytics reads it: a folder with train/CLASS/IMAGE, and val or test in the same form. */
export type ClassFolders = { readonly names: readonly string[]; readonly images: number };
export type ClassSplit = 'train' | 'val' | 'test';
/** An image and the number of its folder among those of its split. */
export type ClassImage = { readonly file: string; readonly folder: number };
export type ClassImages = { readonly names: readonly string[]; readonly images: readonly ClassImage[] };

const VAL = ['val', 'validation', 'valid'];
/** Of each split the folders that may hold it: the first that is there does. */
const SPLITS: Readonly<Record<ClassSplit, readonly string[]>> = {
  train: ['train'],
  val: [...VAL, 'test'],
  test: ['test', ...VAL],
};

/** Classes and images of a split; undefined if the folder does not have it. */
export async function readClassFolders(folder: string, split: ClassSplit): Promise<ClassFolders | undefined> {
  const found = await listClassImages(folder, split);
  return found && { names: found.names, images: found.images.length };
}

/** Classes and images of a split in the order in which Ultralytics takes them; undefined if the folder does not have it. */
export async function listClassImages(folder: string, split: ClassSplit): Promise<ClassImages | undefined> {
  for (const name of SPLITS[split]) {
    const found = await classesIn(path.join(folder, name));
    if (found) return found;
  }
  return undefined;
}

/** Whether its folders are the names of its classes: not codes of ImageNet, nor the numbers of an NDJSON file. */
export async function hasNamedFolders(folder: string): Promise<boolean> {
  if (existsSync(path.join(folder, '.ndjson.yaml'))) return false;
  const [first] = await foldersIn(path.join(folder, 'train'));
  return first !== undefined && !first.startsWith('n0');
}

async function classesIn(folder: string): Promise<ClassImages | undefined> {
  const names = await foldersIn(folder);
  if (names.length === 0) return undefined;
  const lists = await Promise.all(names.map((name) => imagesIn(path.join(folder, name))));
  return { names, images: lists.flatMap((files, i) => files.map((file) => ({ file, folder: i }))) };
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  const isFolder = await Promise.all(
    entries.map(async (name) => (await stat(path.join(folder, name)).catch(() => undefined))?.isDirectory()),
  );
  return entries.filter((_, i) => isFolder[i]).sort();
}

/** Folder by folder in the order of their paths, the files of each in the order of their names. */
async function imagesIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).filter(isImagePath);
  const placed = files.map((file) => ({ folder: path.dirname(path.join(folder, file)), file }));
  const ordered = placed.sort((a, b) => compare(a.folder, b.folder) || compare(a.file, b.file));
  return ordered.map(({ file }) => path.join(folder, file));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
