import type { z } from 'zod';
import { parseJson } from '../../base/json';
import { type MetaFile, zMetaFile } from '../files';
import { MOST_BYTES } from './bounds';
import { runPaths } from './paths';
import { type ReadRule, readText, readTextSync } from './read-file';
import { type WritePlace, writeWhole } from './write-file';

/** Replaces a JSON file whole: readers see the old text or the new, never a part. */
export async function writeJson(file: string, value: unknown, place?: WritePlace): Promise<void> {
  await writeWhole(file, `${JSON.stringify(value, undefined, 2)}\n`, place);
}

/** The checked content of a JSON file; undefined if it is absent, torn, refused or of another shape. */
export async function readJsonFile<T>(
  file: string,
  schema: z.ZodType<T>,
  rule: ReadRule,
): Promise<T | undefined> {
  try {
    return schema.safeParse(parseJson(await readText(file, rule))).data;
  } catch {
    return undefined;
  }
}

export function readJsonFileSync<T>(file: string, schema: z.ZodType<T>, rule: ReadRule): T | undefined {
  try {
    return schema.safeParse(parseJson(readTextSync(file, rule))).data;
  } catch {
    return undefined;
  }
}

export async function readMeta(dir: string): Promise<MetaFile> {
  return (await readJsonFile(runPaths(dir).meta, zMetaFile, { most: MOST_BYTES.meta })) ?? {};
}

/** Title, notes, pinned and archived of a run; what is not named does not change. */
export async function updateMeta(dir: string, change: MetaFile): Promise<MetaFile> {
  const next = { ...(await readMeta(dir)), ...change };
  await writeJson(runPaths(dir).meta, next);
  return next;
}
