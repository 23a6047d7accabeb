import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../../base/json';
import { RUN_FORMAT, type RunFile, zRunFile } from '../../protocol/run-files';
import { runPaths } from './paths';

const OLDEST_FORMAT = RUN_FORMAT - 1;

/** run.json of a run folder. Throws one clear line where the folder is none, or of a format that this version cannot read. */
export function readRunSync(dir: string): RunFile {
  const file = runPaths(dir).run;
  if (!existsSync(file)) throw new Error(`${dir} is no run folder: it has no run.json`);
  return checkRun(file, readFileSync(file, 'utf8'));
}

export async function readRun(dir: string): Promise<RunFile> {
  const file = runPaths(dir).run;
  if (!existsSync(file)) throw new Error(`${dir} is no run folder: it has no run.json`);
  return checkRun(file, await readFile(file, 'utf8'));
}

function checkRun(file: string, text: string): RunFile {
  const value = parseJson(text);
  const format = (value as { format?: unknown } | undefined)?.format;
  if (typeof format === 'number' && (format > RUN_FORMAT || format < OLDEST_FORMAT))
    throw new Error(`${file}: format ${format}; this version reads ${OLDEST_FORMAT} and ${RUN_FORMAT}`);
  const run = zRunFile.safeParse(value);
  if (!run.success) throw new Error(`${file} is no run description: ${run.error.issues[0]?.message ?? ''}`);
  return run.data;
}

/**
 * A run as people name it: a folder, or a name under `runs/` of the working folder (or of `runsDir`).
 * Throws one clear line that names where was looked.
 */
export function findRun(name: string, cwd: string, runsDir = path.join(cwd, 'runs')): string {
  const candidates = [path.resolve(cwd, name), path.join(runsDir, name)];
  const found = candidates.find((dir) => existsSync(runPaths(dir).run));
  if (found === undefined) throw new Error(`no run ${name}: looked in ${candidates.join(' and ')}`);
  return found;
}
