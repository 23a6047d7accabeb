import { toError } from '../../base/async';
import { BadInputError, isBadInput } from '../../base/bad-input';
import { parseJson } from '../../base/json';
import { words } from '../../base/words';
import { RUN_FORMAT, type RunFile, type StatusFile, zRunFile, zStatusFile } from '../files';
import { MOST_BYTES } from './bounds';
import { runPaths } from './paths';
import { readBytes, readTextSync } from './read-file';
import { readJsonFile } from './whole-file';

const OLDEST_FORMAT = RUN_FORMAT - 1;
const RULE = { most: MOST_BYTES.run };

/**
 * run.json of a run folder. Throws one clear line if the folder is not a run, or of a format that this version cannot
 * read.
 */
export function readRunSync(dir: string): RunFile {
  try {
    return checkRun(runPaths(dir).run, readTextSync(runPaths(dir).run, RULE));
  } catch (error) {
    throw unreadable(dir, error);
  }
}

export async function readRun(dir: string): Promise<RunFile> {
  return (await readRunBytes(dir)).run;
}

/** status.json of a run folder; undefined before its keeper has written one. */
export function readStatus(dir: string): Promise<StatusFile | undefined> {
  return readJsonFile(runPaths(dir).status, zStatusFile, { most: MOST_BYTES.status });
}

/** The same with the file's own bytes, of which the run's mark is. */
export async function readRunBytes(dir: string): Promise<{ readonly run: RunFile; readonly bytes: Buffer }> {
  const file = runPaths(dir).run;
  try {
    const bytes = await readBytes(file, RULE);
    return { run: checkRun(file, bytes.toString('utf8')), bytes };
  } catch (error) {
    throw unreadable(dir, error);
  }
}

function unreadable(dir: string, error: unknown): Error {
  if (isBadInput(error)) return toError(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new BadInputError(words('{0} is not a run folder: it has no run.json', dir), { cause: error });
  return new BadInputError(words('{0}: cannot be read: {1}', runPaths(dir).run, code ?? message), {
    cause: error,
  });
}

/** An experiment with every argument of Ultralytics has 300. Each that is wrong makes an error of 500 bytes, at each poll. */
const MOST_VALUES = 10_000;

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const part of Object.values(value)) {
    count += countValues(part);
    if (count > MOST_VALUES) break;
  }
  return count;
}

function checkRun(file: string, text: string): RunFile {
  const value = parseJson(text);
  const format = (value as { format?: unknown } | undefined)?.format;
  if (typeof format === 'number' && (format > RUN_FORMAT || format < OLDEST_FORMAT))
    throw new BadInputError(
      words('{0}: format {1}; this version reads {2} and {3}', file, format, OLDEST_FORMAT, RUN_FORMAT),
    );
  if (value === undefined) throw new BadInputError(words('{0}: is torn or not JSON', file));
  if (countValues(value) > MOST_VALUES)
    throw new BadInputError(words('{0}: has more than {1} values', file, MOST_VALUES));
  const run = zRunFile.safeParse(value);
  if (!run.success) {
    const [issue] = run.error.issues;
    throw new BadInputError(`${file}: ${issue?.path.join('.') || 'content'}: ${issue?.message ?? ''}`);
  }
  return run.data;
}
