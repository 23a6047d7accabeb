import { statfs } from 'node:fs/promises';
import { wordsOf } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import { formatBytes } from '../../domain/display/format';
import { makeFolder } from '../../run/folder/make-folder';

/** One line of what was found; `fix`: what to do, if it is not as it should be. */
export type TargetFinding = {
  readonly ok: boolean;
  /** Nothing fails by it, but it should be otherwise. */
  readonly warns?: true;
  readonly said: Words;
  readonly fix?: Words;
};

export type TargetCheckOptions = {
  readonly installDir: string;
  /** Folder that runs of the target would be made in. */
  readonly runs: string;
  /** How long a job of a second may wait. */
  readonly patienceMs?: number;
};

export type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly said: Words };

export async function tried<T>(ask: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    return { ok: false, said: wordsOf(error) };
  }
}

export const failedAs = (said: Words, fix: Words): TargetFinding => ({ ok: false, said, fix });

/** A checkpoint of a large model with its optimizer. */
const LITTLE_BYTES = 2 * 1024 ** 3;

export async function spaceOf(runs: string): Promise<TargetFinding> {
  try {
    await makeFolder(runs);
    const { bavail, bsize, ffree, files } = await statfs(runs);
    const free = words('{0}: {1} free', runs, formatBytes(bavail * bsize));
    if (bavail * bsize < LITTLE_BYTES || (files > 0 && ffree < 1000))
      return failedAs(free, words('make room, or have the quota raised'));
    return { ok: true, said: free };
  } catch (error) {
    return failedAs(wordsOf(error), words('runs: a folder that you can write to'));
  }
}
