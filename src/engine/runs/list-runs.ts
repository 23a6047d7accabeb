import { lstat, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { mapPool, toError } from '../../base/async';
import type { MetaFile, RunFile, StatusFile } from '../../run/files';
import { runPaths } from '../../run/folder/paths';
import { readRunBytes, readStatus } from '../../run/folder/read';
import { codeOf } from '../../run/folder/refused';
import { isMarkedWith } from '../../run/folder/signature';
import { knownUserKeys } from '../../run/folder/user-key';
import { readMeta } from '../../run/folder/whole-file';
import { FINAL_STATES } from '../../run/state-names';
import { newestFirst } from '../../run/times';
import { readOwner } from '../control/lock';
import type { IndexedRun, ListIndex } from './list-index';
import { othersOf, type Presence, presenceOf } from './presence';

/** One run in a list, from its small files alone. */
export type RunSummary = {
  readonly dir: string;
  readonly name: string;
  readonly run: RunFile;
  readonly meta: MetaFile;
  readonly status: StatusFile | undefined;
  readonly presence: Presence;
  /** Whether this user started it, or approved it: otherwise nothing that it names is executed without asking. */
  readonly own: boolean;
  /** When its small files were last replaced; empty in a list that is made once. */
  readonly changed: string;
};

/** Ten times a large table of runs; a folder of more is not one of runs, and all of it is read again every few seconds. */
const MOST_ENTRIES = 20_000;
/** Files that are open at once: systems allow a process 256 at least. */
export const AT_ONCE = 48;

export type RunListing = {
  readonly runs: readonly RunSummary[];
  readonly problems: readonly string[];
  /** Entries that are not runs. */
  readonly others: readonly string[];
};

/** The runs of a folder as they are now, newest first. What would show that one has changed is not read. */
export async function listRuns(dir: string): Promise<RunListing> {
  const { dirs, problems } = entriesOf(dir, await readdir(dir).catch(() => [] as string[]));
  const keys = keysForReading();
  const index = await indexFor(dir, dirs.length, keys);
  const results = await mapPool(dirs, AT_ONCE, (run) =>
    index ? readEntry(run, { index, keys }) : summarize(run, keys),
  );
  const runs = results.filter((r) => typeof r === 'object');
  await index?.keep(runs.filter(hasEnded));
  return {
    runs: runs.sort(byCreation),
    problems: [...results.filter((r) => typeof r === 'string'), ...problems],
    others: dirs.filter((_, i) => results[i] === undefined),
  };
}

export const byCreation = (a: RunSummary, b: RunSummary): number => newestFirst(a.run, b.run);

/** Of fewer runs the files are read faster than one notices. */
export const MANY_FROM = 200;

export async function indexFor(
  dir: string,
  unread: number,
  keys: readonly Buffer[],
): Promise<ListIndex | undefined> {
  if (unread < MANY_FROM) return undefined;
  const { openListIndex } = await import('./list-index');
  return openListIndex(dir, keys);
}

/** The entries of a runs folder that are read, and how many there are if not all are. */
export function entriesOf(
  dir: string,
  all: readonly string[],
): { readonly dirs: readonly string[]; readonly problems: readonly string[] } {
  const names = all.filter((name) => !name.startsWith('.'));
  const dirs = names.slice(0, MOST_ENTRIES).map((name) => path.join(dir, name));
  const left = names.length - dirs.length;
  const said = `${dir}: has ${names.length} entries; the first ${MOST_ENTRIES} are read`;
  return { dirs, problems: left > 0 ? [said] : [] };
}

/** A damaged one is reported by what acts on a run: a list without its runs is of no use. */
export function keysForReading(): readonly Buffer[] {
  try {
    return knownUserKeys();
  } catch {
    return [];
  }
}

type ReadWith = { readonly index: ListIndex | undefined; readonly keys: readonly Buffer[] };

/** What an entry of a runs folder is; a line if it cannot be read; undefined if it is not a run. */
export async function readEntry(
  dir: string,
  { index, keys }: ReadWith,
): Promise<RunSummary | string | undefined> {
  const identity = await identityOf(dir, false);
  if (identity === undefined) return undefined;
  const indexed = index?.find(path.basename(dir), identity);
  return indexed ? asNow(dir, indexed) : summarize(dir, keys, { identity });
}

/** How much of a known run is looked up: all of its files, or of a live one the status alone. */
export type LookUp = 'files' | 'status';

/** The same of a run that is known: only files that have changed are read. The same object if there is nothing new. */
export async function readAgain(
  known: RunSummary,
  keys: readonly Buffer[],
  lookUp: LookUp,
): Promise<RunSummary | string | undefined> {
  const { dir } = known;
  const identity = await identityNow(known, lookUp);
  if (identity === undefined) return undefined;
  if (identity !== known.changed || known.changed === '') return summarize(dir, keys, { identity, known });
  if (hasEnded(known)) return known;
  const presence = await readPresence(dir, known.run, known.status);
  return isDeepStrictEqual(presence, known.presence) ? known : { ...known, presence };
}

async function identityNow({ dir, run, changed }: RunSummary, lookUp: LookUp): Promise<string | undefined> {
  const hasJob = run.target !== undefined;
  const [first, status, ...others] = changed.split(' ');
  if (lookUp === 'files' || hasJob || status === undefined) return identityOf(dir, hasJob);
  const [now] = await identities([runPaths(dir).status]);
  // Without it the folder may be gone.
  return now === undefined ? identityOf(dir, hasJob) : [first, now, ...others].join(' ');
}

async function asNow(dir: string, indexed: IndexedRun): Promise<RunSummary> {
  return { ...indexed, dir, presence: await readPresence(dir, indexed.run, indexed.status) };
}

const isAbsent = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) === undefined;

const ABSENT = '0';

/**
 * Which files run, status, meta and signature are, and as of when: who can set a file's time cannot set that of its change.
 * Undefined if the folder is not a run.
 */
async function identityOf(dir: string, hasJob: boolean): Promise<string | undefined> {
  const { run, status, meta, signature, job } = runPaths(dir);
  // In a folder of 100,000 others, only what may be a run costs more than a glance.
  const [first] = await identities([run]);
  if (first === undefined) return undefined;
  const others = await identities([status, meta, signature, ...(hasJob ? [job] : [])]);
  return [first, ...others.map((one) => one ?? ABSENT)].join(' ');
}

/** By callbacks: a promise for each of ten thousand files takes longer than the files do. */
function identities(files: readonly string[]): Promise<(string | undefined)[]> {
  return new Promise((resolve) => {
    const found: (string | undefined)[] = [];
    let left = files.length;
    for (const [i, file] of files.entries())
      lstat(file, (error, stat) => {
        found[i] = error ? absenceOf(error) : `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
        if (--left === 0) resolve(found);
      });
  });
}

/** What is there and cannot be looked at is reported by what reads it. */
const absenceOf = (error: Error): string | undefined => (NO_RUN.has(codeOf(error)) ? undefined : ABSENT);

/** A lost run is checked again: its processes may be another machine's, or it may be resumed. */
export function hasEnded({ presence }: RunSummary): boolean {
  return FINAL_STATES.has(presence.state) && presence.state !== 'lost';
}

/** By their best checkpoints, which are not compared then; one without a task is a detector's. */
export function hasOtherTask({ status: a }: RunSummary, { status: b }: RunSummary): boolean {
  const [one, other] = [a?.progress?.best, b?.progress?.best];
  return one !== undefined && other !== undefined && (one.task ?? 'detect') !== (other.task ?? 'detect');
}

/** A file, or a folder without run.json. */
const NO_RUN: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

type Files = Pick<RunSummary, 'run' | 'own' | 'status' | 'meta'>;

/** One run as a list shows it; a line if it cannot be read; undefined if the folder is not a run. */
async function summarize(
  dir: string,
  keys: readonly Buffer[],
  { identity, known }: { readonly identity?: string; readonly known?: RunSummary } = {},
): Promise<RunSummary | string | undefined> {
  try {
    const files = await readFiles(dir, keys, known && identity ? unchanged(known, identity) : {});
    const changed = identity && files.run.target !== undefined ? await withJob(dir, identity) : identity;
    const presence = await readPresence(dir, files.run, files.status);
    return { dir, name: path.basename(dir), ...files, presence, changed: changed ?? '' };
  } catch (error) {
    const { message, cause } = toError(error);
    return NO_RUN.has(codeOf(cause)) ? undefined : message;
  }
}

const PARTS_WITH_JOB = 5;

/**
 * A job may change while the files of its run do not. The rest is of before they were read: what has come since is read at the
 * next look.
 */
async function withJob(dir: string, identity: string): Promise<string> {
  const parts = identity.split(' ');
  if (parts.length >= PARTS_WITH_JOB) return identity;
  const [job = ABSENT] = await identities([runPaths(dir).job]);
  return [...parts, job].join(' ');
}

/** What is not `kept` is read. */
async function readFiles(dir: string, keys: readonly Buffer[], kept: Partial<Files>): Promise<Files> {
  const { run, own = false } = kept;
  const marked = run ? { run, own } : await readOwnRun(dir, keys);
  const status = 'status' in kept ? kept.status : await readStatus(dir);
  return { ...marked, status, meta: kept.meta ?? (await readMetaIfThere(dir)) };
}

/** What was read of the files that are still the same ones. */
function unchanged({ changed, run, own, status, meta }: RunSummary, identity: string): Partial<Files> {
  const now = identity.split(' ');
  const [isRun, isStatus, isMeta, isSignature] = changed.split(' ').map((part, i) => part === now[i]);
  return {
    ...(isRun && isSignature && { run, own }),
    ...(isStatus && { status }),
    ...(isMeta && { meta }),
  };
}

/** Whose a run is depends on all of the bytes of its run.json. */
async function readOwnRun(dir: string, keys: readonly Buffer[]): Promise<Pick<RunSummary, 'run' | 'own'>> {
  const { run, bytes } = await readRunBytes(dir);
  return { run, own: await isMarkedWith(keys, dir, bytes) };
}

/** Few runs have one, and to open a file that is not there costs as much as to read it. */
async function readMetaIfThere(dir: string): Promise<MetaFile> {
  return isAbsent(runPaths(dir).meta) ? {} : readMeta(dir);
}

/** The log's end is only read if the keeper's state may be out of date. */
async function readPresence(dir: string, run: RunFile, status: StatusFile | undefined): Promise<Presence> {
  const ownerAlive = status === undefined && readOwner(dir).kind === 'alive';
  const others = othersOf(dir, run);
  const known = { dir, status, ownerAlive, created: run.created };
  const input = { ...known, end: undefined, now: Date.now(), ...others };
  const presence = presenceOf(input);
  const isSure = presence.keeperAlive || presence.trainerAlive || FINAL_STATES.has(presence.state);
  if (presence.state !== 'lost' && (isSure || !others.follows)) return presence;
  // Few runs need it, and the checks of a log's lines take as long to make as those of all else here.
  const { readEnd } = await import('./read-end');
  return presenceOf({ ...input, end: await readEnd(runPaths(dir).events) });
}
