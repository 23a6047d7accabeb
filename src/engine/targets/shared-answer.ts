import path from 'node:path';
import * as z from 'zod';
import { words } from '../../base/words';
import { stateFolder } from '../../run/folder/state-folder';
import { readJsonFile, writeJson } from '../../run/folder/whole-file';
import { EngineError, SilentError } from './engine-error';

/** A busy engine serves all users of a cluster: so often all processes of this user ask it, together. */
const ASKED_EVERY_MS = 20_000;
/** A list of runs does not wait a minute for an engine that hangs. */
export const LOOKING = { timeoutMs: 10_000 } as const;
/** An engine that did not answer is not asked again for so long: each list of runs would wait those ten seconds. */
const SILENT_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;
const zSilence = z.object({ t: z.number() });

export type SharedQuestion<T extends { readonly t: number }> = {
  /** Of its file in the user's state folder: one for each cluster. */
  readonly name: string;
  /** Who is asked, for messages. */
  readonly who: string;
  readonly schema: z.ZodType<T>;
  readonly ask: () => Promise<T>;
};

/** Since when (Unix ms) an answer is new enough to those who only look. */
export const recently = (): number => Date.now() - ASKED_EVERY_MS;

/**
 * An answer is shared by all processes of the user until it is too old; so is that none came. One that was asked for at `since`
 * (Unix ms) or later is new enough: a moment and not an age, which would grow while the answer is read.
 */
export async function shareAnswer<T extends { readonly t: number }>(
  question: SharedQuestion<T>,
  since: number,
): Promise<T> {
  const known = await readJsonFile(fileOf(question.name), question.schema, { most: MOST_BYTES });
  // A later one is of a clock that was set back.
  if (known && known.t >= since && known.t <= Date.now()) return known;
  await requireAnswering(question);
  return noteSilence(question.name, askAnew(question));
}

async function askAnew<T extends { readonly t: number }>({ name, ask }: SharedQuestion<T>): Promise<T> {
  const answer = await ask();
  await writeJson(fileOf(name), answer);
  return answer;
}

async function requireAnswering({ name, who }: Pick<SharedQuestion<never>, 'name' | 'who'>): Promise<void> {
  const silent = await readJsonFile(fileOf(`${name}-silent`), zSilence, { most: MOST_BYTES });
  const age = Date.now() - (silent?.t ?? 0);
  if (age < 0 || age >= SILENT_MS) return;
  throw new EngineError(
    words(
      '{0} did not answer {1} s ago, and is not asked again before {2} s have gone by',
      who,
      Math.round(age / 1000),
      SILENT_MS / 1000,
    ),
    true,
  );
}

/** When an engine kept silent, for those who ask next. What it refused is asked again. */
async function noteSilence<T>(name: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SilentError) await writeJson(fileOf(`${name}-silent`), { t: Date.now() });
    throw error;
  }
}

const fileOf = (name: string): string => path.join(stateFolder(), `${name}.json`);
