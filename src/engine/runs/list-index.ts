import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { version } from '../../../package.json';
import type { MetaFile, RunFile, StatusFile } from '../../run/files';
import { readText } from '../../run/folder/read-file';
import { removeFile } from '../../run/folder/remove';
import { stateFolder } from '../../run/folder/state-folder';
import { writeWhole } from '../../run/folder/write-file';

// What a list has read of the user's own runs that have ended, so that the next one reads none of their files: for each
// run its summary and the identity that its files had. The file is in the user's own state folder, beside the key that
// makes a run this user's: who can write the one can write the other. It is a copy of what is in the run folders, no
// more. Nothing is kept of a stranger's runs: to look at them writes nothing anywhere.

/** Many new ones make it worth to write the index again. */
const WORTH_WRITING = 100;
/** The whole index, for writing as for reading: 4,000 runs of the greatest length. */
const MOST_BYTES = 64 * 2 ** 20;
/** Longer runs are read from their files. */
const MOST_RUN_BYTES = 16 * 2 ** 10;
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
      const own = runs.filter((run) => run.own && run.changed !== '');
      if (own.filter(isNew).length < WORTH_WRITING) return;
      const fitting = own.map((run) => ({ run, line: lineOf(run) })).filter(({ line }) => line !== undefined);
      if (fitting.filter(({ run }) => isNew(run)).length < WORTH_WRITING) return;
      const text = `{"head":${JSON.stringify(head)},"runs":[${fitting.map(({ line }) => line).join()}]}`;
      if (text.length <= MOST_BYTES) await writeIndex(file, text);
    },
  };
}

/** A run as the index holds it; undefined if it is too long, or if JSON would make null of one of its numbers. */
function lineOf({ name, run, meta, status, own, changed }: IndexedRun): string | undefined {
  let isWhole = true;
  const line = JSON.stringify({ name, run, meta, status, own, changed }, (_, value) => {
    if (typeof value === 'number' && !Number.isFinite(value)) isWhole = false;
    return value;
  });
  return isWhole && Buffer.byteLength(line) <= MOST_RUN_BYTES ? line : undefined;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Another version reads more, or otherwise; with other keys other runs are one's own. */
const headOf = (keys: readonly Buffer[]): string =>
  `${version} ${digest(keys.map((key) => key.toString('hex')).join())}`;

async function readIndex(file: string, head: string): Promise<ReadonlyMap<string, IndexedRun>> {
  const index = parsed(await readText(file, { most: MOST_BYTES }).catch(() => '{}'));
  return new Map(index.head === head ? index.runs?.map((run) => [run.name, run]) : []);
}

const isNamed = (run: unknown): boolean => typeof (run as { name?: unknown } | null)?.name === 'string';

/** Written by this very version: beyond its being an index, what it holds is as it was written. */
const zIndex = z.object({ head: z.string(), runs: z.array(z.custom<IndexedRun>(isNamed)) }).partial();

function parsed(text: string): z.infer<typeof zIndex> {
  try {
    return zIndex.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A list is shown all the same if it cannot be written. */
async function writeIndex(file: string, text: string): Promise<void> {
  try {
    await writeWhole(file, text, { root: stateFolder() });
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
