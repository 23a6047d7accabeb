import type { z } from 'zod';
import { parseJson } from '../../base/json';
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
