import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { nearestName } from '../base/suggest';
import { readRunSync } from '../run/folder/read';
import { newestFirst } from '../run/times';
import { badInput } from './failure';
import type { CliIo } from './io';

/** RUN or RUN@epoch as it is written on the command line. */
export type RunReference = { readonly dir: string; readonly epoch: number | undefined };

/** A folder path, a name under the runs folder, or `latest`; `@12` after it names an epoch. */
export function resolveRun(io: CliIo, text: string, runs = 'runs'): RunReference {
  const runsDir = path.resolve(io.cwd, runs);
  // A folder may have such a name.
  const places = text === 'latest' ? [] : [path.resolve(io.cwd, text), path.join(runsDir, text)];
  const whole = places.find(isRunFolder);
  if (whole !== undefined) return { dir: whole, epoch: undefined };
  const { name, epoch } = splitEpoch(text);
  return { dir: name === 'latest' ? newestRun(runsDir) : findRun(io, name, runsDir), epoch };
}

/** The folder of a RUN that is meant as a whole. */
export function resolveWholeRun(io: CliIo, text: string, runs = 'runs'): string {
  const { dir, epoch } = resolveRun(io, text, runs);
  if (epoch !== undefined)
    throw badInput(`${text}: this is about a run as a whole; name it without @${epoch}`);
  return dir;
}

function splitEpoch(text: string): { name: string; epoch: number | undefined } {
  const [, name, digits] = /^(.*)@(\d+)$/.exec(text) ?? [];
  if (name === undefined) return { name: text, epoch: undefined };
  if (Number(digits) < 1) throw badInput(`${text}: epochs count from 1`);
  return { name, epoch: Number(digits) };
}

function findRun(io: CliIo, name: string, runsDir: string): string {
  const places = [path.resolve(io.cwd, name), path.join(runsDir, name)];
  const dir = places.find(isRunFolder);
  if (dir !== undefined) return dir;
  const sweep = places.find(isSweepFolder);
  if (sweep !== undefined)
    throw badInput(
      `${name}: is a sweep, not a run; its trials are runs: ${path.join(name, 'trials', '000')}`,
    );
  const near = nearestName(name, runNames(runsDir));
  throw badInput(`${name}: no run folder there or in ${runsDir}${near ? `, did you mean ${near}?` : ''}`);
}

function newestRun(runsDir: string): string {
  const dirs = runNames(runsDir).map((name) => path.join(runsDir, name));
  const newest = dirs.map((dir) => ({ dir, created: createdOf(dir) })).sort(newestFirst)[0];
  if (!newest) throw badInput(`latest: no runs in ${runsDir}`);
  return newest.dir;
}

/** Names of the runs in a folder; empty if there is no such folder. */
export function runNames(runsDir: string): string[] {
  if (!isFolder(runsDir)) return [];
  return readdirSync(runsDir).filter((name) => isRunFolder(path.join(runsDir, name)));
}

/** The folder named, or runs/ in it if there is one; of a sweep its trials. */
export function runsFolderIn(io: CliIo, dir: string): string {
  const folder = path.resolve(io.cwd, dir);
  if (!isFolder(folder))
    throw badInput(`${dir}: ${existsSync(folder) ? 'is a file, a folder was expected' : 'no such folder'}`);
  const trials = path.join(folder, 'trials');
  if (isSweepFolder(folder) && isFolder(trials)) return trials;
  const inside = path.join(folder, 'runs');
  return isFolder(inside) ? inside : folder;
}

const isSweepFolder = (dir: string): boolean => existsSync(path.join(dir, 'sweep.json'));

export const isFolder = (dir: string): boolean => statOf(dir)?.isDirectory() ?? false;

/** By the name alone: one that is not a plain file is refused with its reason when it is read. */
export const isRunFolder = (dir: string): boolean => {
  const stat = statOf(path.join(dir, 'run.json'), lstatSync);
  return stat !== undefined && !stat.isDirectory();
};

/**
 * Undefined also if a part of the path is a file, a name too long or a folder closed: a runs folder may hold anything.
 */
function statOf(file: string, ask: (file: string) => Stats = statSync): Stats | undefined {
  try {
    return ask(file);
  } catch {
    return undefined;
  }
}

/** A run that cannot be read is the oldest. */
function createdOf(dir: string): number {
  try {
    return readRunSync(dir).created;
  } catch {
    return 0;
  }
}
