import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { sleep } from '../../base/async';
import { parseJson } from '../../base/json';

let written = 0;

/** Replaces a file whole: readers see the old text or the new, never a part. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.${written++}.tmp`;
  try {
    await writeFile(aside, text);
    await renameOver(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeWhole(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Windows refuses to replace a file that somebody reads at that moment (EPERM, EACCES, EBUSY): try again for a second. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (tries >= 20 || !['EPERM', 'EACCES', 'EBUSY'].includes(code) || process.platform !== 'win32')
        throw error;
      await sleep(50);
    }
  }
}

/** The checked content of a JSON file; undefined where it is absent, torn or of another shape. */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(parseJson(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

export function readJsonFileSync<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(parseJson(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
