import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toError } from '../../base/async';
import { BadInputError } from '../../base/bad-input';
import { WordedError } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import type { Experiment } from '../../domain/experiment/types';
import type { Follows } from '../files';
import { RUN_FORMAT, RUN_NAME, type RunFile } from '../files';
import { gitFacts } from './git-facts';
import { FolderError, makeFolder, reasonOf } from './make-folder';
import { FOLDER_MODE, makeFolderIn } from './open-folder';
import { runPaths } from './paths';
import { codeOf } from './refused';
import { signRun } from './signature';
import { writeJson } from './whole-file';
import { createFile, writeWhole } from './write-file';

export type NewRun = {
  /** Absolute. */
  readonly experimentFile: string;
  readonly text: string;
  /** Resolved, `data` absolute. */
  readonly experiment: Experiment;
  readonly set?: readonly string[];
  readonly runsDir: string;
  readonly name?: string;
  /** Working folder of the trainer; the experiment file's folder if absent. */
  readonly cwd?: string;
  readonly pitwallVersion: string;
  /** Folder of the run that must have ended before this one starts. */
  readonly after?: string;
  /** Interpreter for trainers in Python. */
  readonly python?: string;
  /** A run that was started elsewhere and is only read. */
  readonly follows?: Follows;
  /** The prefix of automatic names; taken from the experiment file if absent. */
  readonly stem?: string;
  /** Name of the target whose engine keeps it in a job. */
  readonly target?: string;
};

export type CreatedRun = { readonly dir: string; readonly name: string; readonly id: string };

/** Makes the run folder with run.json. Throws one clear line: bad name, name taken, folder not writable. */
export async function createRun(options: NewRun): Promise<CreatedRun> {
  const cwd = options.cwd ?? path.dirname(options.experimentFile);
  const { git, changes } = await gitFacts(path.dirname(options.experimentFile));
  const dir = await takeFolder(options);
  const run = { ...describeRun(options), name: path.basename(dir), cwd, git };
  try {
    makeFolderIn(runPaths(dir).trainerControl, dir);
    if (changes !== undefined) await writeWhole(runPaths(dir).changes, changes);
    await writeJson(runPaths(dir).run, run);
    await signRun(dir);
  } catch (error) {
    throw notWritable(dir, error);
  }
  return { dir, name: run.name, id: run.id };
}

function describeRun(options: NewRun): Omit<RunFile, 'name' | 'cwd' | 'git'> {
  return {
    format: RUN_FORMAT,
    id: randomUUID(),
    created: Date.now(),
    experiment: { file: options.experimentFile, text: options.text, resolved: options.experiment },
    set: [...(options.set ?? [])],
    machine: {
      host: os.hostname(),
      platform: `${process.platform}-${process.arch}`,
      cpus: os.cpus().length,
      memoryBytes: os.totalmem(),
      node: process.versions.node,
    },
    pitwall: options.pitwallVersion,
    ...(options.after !== undefined && { after: options.after }),
    ...(options.python !== undefined && { python: options.python }),
    ...(options.follows !== undefined && { follows: options.follows }),
    ...(options.target !== undefined && { target: options.target }),
  };
}

async function takeFolder({ runsDir, name, stem, experimentFile, experiment }: NewRun): Promise<string> {
  if (name !== undefined) return claimFolder(runsDir, { name });
  const given = runNameStem(stem ?? experimentFile, stem === undefined ? experiment.model : '');
  return claimFolder(runsDir, { stem: experiment.schedule?.lr_range ? `${given}-lr-find` : given });
}

/**
 * A new folder among the runs: of that name, or of the stem with the next number. Claimed atomically by mkdir, so that two
 * hosts that start at once get two folders. Throws one clear line.
 */
export async function claimFolder(
  runsDir: string,
  { name, stem = '' }: { readonly name?: string; readonly stem?: string },
): Promise<string> {
  const problem = name === undefined ? undefined : runNameProblem(name);
  if (problem !== undefined) throw new WordedError(problem);
  try {
    await makeFolder(runsDir);
    ignoreFolder(runsDir);
  } catch (error) {
    throw notWritable(runsDir, error);
  }
  return name === undefined ? takeNextName(runsDir, stem) : takeName(runsDir, name);
}

/** Runs do not belong to the repository around them. If something of that name exists, even a link, it stays as it is. */
function ignoreFolder(runsDir: string): void {
  try {
    createFile(path.join(runsDir, '.gitignore'), '*\n');
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function takeName(runsDir: string, name: string): Promise<string> {
  const dir = path.join(runsDir, name);
  try {
    await mkdir(dir, FOLDER_MODE);
    return dir;
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new WordedError(words('run {0} exists already in {1}', name, runsDir));
    throw notWritable(runsDir, error);
  }
}

async function takeNextName(runsDir: string, stem: string): Promise<string> {
  for (;;) {
    const dir = path.join(runsDir, nextRunName(stem, await readdir(runsDir)));
    try {
      await mkdir(dir, FOLDER_MODE);
      return dir;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw notWritable(runsDir, error);
    }
  }
}

function notWritable(folder: string, error: unknown): Error {
  if (error instanceof FolderError) return error;
  const cause = toError(error);
  const code = codeOf(error);
  const why = code === '' ? cause.message : reasonOf(code);
  return new BadInputError(words('cannot write the run folder {0}: {1}', folder, why), { cause });
}

/** What commands take for the newest run. */
const NEWEST = 'latest';

/** One clear line if `name` is not a valid run name on every system. */
export function runNameProblem(name: string): Words | undefined {
  if (RUN_NAME.test(name) && !name.startsWith('-') && name !== NEWEST) return undefined;
  return words(
    'run name {0}: use 1 to 64 of A-Z a-z 0-9 . _ -, no leading dot or dash, not latest and no Windows device name',
    JSON.stringify(name),
  );
}

/** The prefix of an experiment's automatic names: pcb.train.yaml with model nano gives `pcb-nano`. */
export function runNameStem(experimentFile: string, model: string): string {
  const base = path.basename(experimentFile).replace(/(\.train)?\.ya?ml$/i, '');
  const parts = [base, path.basename(model).replace(/\.[A-Za-z0-9]+$/, '')];
  const stem = parts
    .map(plain)
    .filter((part) => part !== '')
    .join('-')
    .slice(0, 56);
  return stem === '' ? 'run' : stem;
}

function plain(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 40);
}

/** The stem with the next number after those in use; a deleted run's number below the highest is not used again. */
export function nextRunName(stem: string, taken: readonly string[]): string {
  const numbers = taken
    .filter((name) => name.startsWith(`${stem}-`))
    .map((name) => Number(name.slice(stem.length + 1)))
    .filter((n) => Number.isInteger(n) && n > 0);
  return `${stem}-${Math.max(0, ...numbers) + 1}`;
}
