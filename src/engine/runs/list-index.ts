import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../../package.json';
import type { MetaFile, RunFile, StatusFile } from '../../run/files';
import { readText } from '../../run/folder/read-file';
import { removeFile } from '../../run/folder/remove';
import { stateFolder } from '../../run/folder/state-folder';
import { writeWhole } from '../../run/folder/write-file';

// What a list has read of runs that have ended, so that the next one reads none of their files: for each run its
// summary and the identity that its files had. The file is in the user's own state folder, beside the key that makes a
// run this user's: who can write the one can write the other. It is a copy of what is in the run folders, no more.

/** Many new ones make it worth to write the index again. */
const WORTH_WRITING = 100;
const MOST_BYTES = 64 * 2 ** 20;
/** Runs with a longer experiment are read from their files. */
const MOST_TEXT = 8192;
const MOST_INDEXES = 12;

/** What a list says of a run but for its folder and its presence, which are those of the moment. */
export type IndexedRun = {
  readonly name: string;
  readonly run: RunFile;
  readonly meta: MetaFile;
  readonly status: StatusFile | undefined;
  readonly own: boolean;
  /** The identity of its files. */
  readonly changed: string;
};

export type ListIndex = {
  /** What is known of a run whose files have this identity. */
  find(name: string, identity: string): IndexedRun | undefined;
  /** Remembers these for the next list, if they are many that the index did not have. */
  keep(runs: readonly IndexedRun[]): Promise<void>;
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
      const isNew = (run: IndexedRun): boolean => known.get(run.name)?.changed !== run.changed;
      if (runs.filter(isNew).length < WORTH_WRITING) return;
      const fitting = runs.filter(fits);
      if (fitting.filter(isNew).length >= WORTH_WRITING) await writeIndex(file, head, fitting);
    },
  };
}

const fits = (run: IndexedRun): boolean =>
  run.changed !== '' && run.run.experiment.text.length <= MOST_TEXT && !hasNonFinite(run);

/** JSON would make null of it. */
function hasNonFinite(run: IndexedRun): boolean {
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
async function writeIndex(file: string, head: string, runs: readonly IndexedRun[]): Promise<void> {
  const kept = runs.map(
    ({ name, run, meta, status, own, changed }): IndexedRun => ({ name, run, meta, status, own, changed }),
  );
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
