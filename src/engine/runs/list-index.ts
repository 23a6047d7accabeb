import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../../package.json';
import { readText } from '../../run/folder/read-file';
import { removeFile } from '../../run/folder/remove';
import { stateFolder } from '../../run/folder/state-folder';
import { writeWhole } from '../../run/folder/write-file';
import type { RunSummary } from './list-runs';

// What a list has read of runs that have ended, so that the next one reads none of their files: for each run its
// summary and the identity that its files had. The file is in the user's own state folder, beside the key that makes a
// run this user's: who can write the one can write the other. It is a copy of what is in the run folders, no more.

/** Many new ones make it worth to write the index again. */
const WORTH_WRITING = 100;
const MOST_BYTES = 64 * 2 ** 20;
/** Runs with a longer experiment are read from their files. */
const MOST_TEXT = 8192;
const MOST_INDEXES = 12;

/** Dir and presence are those of the moment, and are found again. */
export type IndexedRun = Omit<RunSummary, 'dir' | 'presence'>;

export type ListIndex = {
  /** What is known of a run whose files have this identity. */
  find(name: string, identity: string): IndexedRun | undefined;
  /** Remembers these for the next list, if they are many that the index did not have. */
  keep(runs: readonly RunSummary[]): Promise<void>;
};

/** `keys`: the user's; a user without one has no runs of their own, and nothing is written for them. */
export async function openListIndex(dir: string, keys: readonly Buffer[]): Promise<ListIndex | undefined> {
  if (keys.length === 0) return undefined;
  const head = headOf(keys);
  const file = path.join(stateFolder(), 'lists', `${digest(realpathSync(dir))}.json`);
  const known = await readIndex(file, head);
  return {
    find: (name, identity) => {
      const run = known.get(name);
      return run?.changed === identity ? run : undefined;
    },
    async keep(runs) {
      const isNew = (run: RunSummary): boolean => known.get(run.name)?.changed !== run.changed;
      if (runs.filter(isNew).length < WORTH_WRITING) return;
      const fitting = runs.filter(fits);
      if (fitting.filter(isNew).length >= WORTH_WRITING) await writeIndex(file, head, fitting);
    },
  };
}

const fits = (run: RunSummary): boolean =>
  run.changed !== '' && run.run.experiment.text.length <= MOST_TEXT && !hasNonFinite(run);

/** JSON would make null of it. */
function hasNonFinite(run: RunSummary): boolean {
  let found = false;
  JSON.stringify(run, (_, value) => {
    if (typeof value === 'number' && !Number.isFinite(value)) found = true;
    return value;
  });
  return found;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Another version reads more, or otherwise; with other keys other runs are one's own. */
const headOf = (keys: readonly Buffer[]): string =>
  `${version} ${digest(keys.map((key) => key.toString('hex')).join())}`;

async function readIndex(file: string, head: string): Promise<ReadonlyMap<string, IndexedRun>> {
  const text = await readText(file, { most: MOST_BYTES }).catch(() => '{}');
  const index = parsed(text);
  return new Map(index.head === head ? index.runs?.map((run) => [run.name, run]) : []);
}

type IndexFile = { readonly head?: string; readonly runs?: readonly IndexedRun[] };

function parsed(text: string): IndexFile {
  try {
    return JSON.parse(text) as IndexFile;
  } catch {
    return {};
  }
}

/** A list is shown all the same if it cannot be written. */
async function writeIndex(file: string, head: string, runs: readonly RunSummary[]): Promise<void> {
  const kept = runs.map(({ dir, presence, ...rest }): IndexedRun => rest);
  try {
    await writeWhole(file, JSON.stringify({ head, runs: kept }), { root: stateFolder() });
    await forgetOldest(path.dirname(file));
  } catch {
    return;
  }
}

async function forgetOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => path.join(folder, name));
  if (files.length <= MOST_INDEXES) return;
  const aged = await Promise.all(files.map(async (file) => ({ file, age: -(await lstat(file)).mtimeMs })));
  aged.sort((a, b) => a.age - b.age);
  for (const { file } of aged.slice(MOST_INDEXES)) removeFile(file);
}
