import { existsSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../../base/async';
import { BadInputError, isBadInput } from '../../base/bad-input';
import { parseJson } from '../../base/json';
import { RUN_FORMAT, type RunFile, zRunFile } from '../files';
import { MOST_BYTES } from './bounds';
import { runPaths } from './paths';
import { readBytes, readTextSync } from './read-file';

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
    return new BadInputError(`${dir} is not a run folder: it has no run.json`, { cause: error });
  return new BadInputError(`${runPaths(dir).run}: cannot be read: ${code ?? message}`, { cause: error });
}

function checkRun(file: string, text: string): RunFile {
  const value = parseJson(text);
  const format = (value as { format?: unknown } | undefined)?.format;
  if (typeof format === 'number' && (format > RUN_FORMAT || format < OLDEST_FORMAT))
    throw new BadInputError(
      `${file}: format ${format}; this version reads ${OLDEST_FORMAT} and ${RUN_FORMAT}`,
    );
  if (value === undefined) throw new BadInputError(`${file}: is torn or not JSON`);
  const run = zRunFile.safeParse(value);
  if (!run.success) {
    const [issue] = run.error.issues;
    throw new BadInputError(`${file}: ${issue?.path.join('.') || 'content'}: ${issue?.message ?? ''}`);
  }
  return run.data;
}

/**
 * A run as people name it: a folder, or a name under `runs/` of the working folder (or of `runsDir`). Throws one clear
 * line that names the places that were searched.
 */
export function findRun(name: string, cwd: string, runsDir = path.join(cwd, 'runs')): string {
  const candidates = [path.resolve(cwd, name), path.join(runsDir, name)];
  const found = candidates.find((dir) => existsSync(runPaths(dir).run));
  if (found === undefined) throw new Error(`no run ${name}: looked in ${candidates.join(' and ')}`);
  return found;
}
