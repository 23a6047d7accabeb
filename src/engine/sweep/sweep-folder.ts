import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { mapPool } from '../../base/async';
import { BadInputError } from '../../base/bad-input';
import { parseJson } from '../../base/json';
import { MOST_BYTES } from '../../run/folder/bounds';
import { claimFolder } from '../../run/folder/create';
import { FileTail } from '../../run/folder/file-tail';
import { readJsonFile, writeJson } from '../../run/folder/whole-file';
import { FINAL_STATES } from '../../run/state-names';
import { type SweepEntry, type SweepFile, trialName, zSweepEntry, zSweepFile } from '../../run/sweep';
import { newestFirst } from '../../run/times';
import { readOwner } from '../control/lock';
import { listRuns, type RunSummary } from '../runs/list-runs';

/** The paths of a sweep: `runs/<sweep>/`, whose trials are ordinary runs. */
export function sweepPaths(dir: string) {
  return {
    dir,
    file: path.join(dir, 'sweep.json'),
    log: path.join(dir, 'sweep.jsonl'),
    trials: path.join(dir, 'trials'),
  } as const;
}

export type Sweep = {
  readonly dir: string;
  readonly name: string;
  readonly file: SweepFile;
  readonly entries: readonly SweepEntry[];
};

/** A sweep folder as it is; undefined if it is not one. */
export async function readSweep(dir: string): Promise<Sweep | undefined> {
  const file = await readJsonFile(sweepPaths(dir).file, zSweepFile, { most: MOST_BYTES.run });
  return file && { dir, name: path.basename(dir), file, entries: await readEntries(dir) };
}

const MOST_ENTRIES = 100_000;

/** Lines that are torn, or of a later version, are left out. */
async function readEntries(dir: string): Promise<SweepEntry[]> {
  const tail = new FileTail(sweepPaths(dir).log);
  const entries: SweepEntry[] = [];
  for (let more = true; more && entries.length < MOST_ENTRIES; ) {
    const read = await tail.read();
    more = read.more;
    for (const line of read.lines) {
      const { data } = zSweepEntry.safeParse(parseJson(line));
      if (data) entries.push(data);
    }
  }
  return entries;
}

/** The sweeps of a runs folder, newest first. */
export async function listSweeps(runsDir: string): Promise<Sweep[]> {
  const names = await readdir(runsDir, { withFileTypes: true }).catch(() => []);
  const folders = names.filter((one) => one.isDirectory() && !one.name.startsWith('.'));
  const sweeps = await sweepsAmong(folders.map(({ name }) => path.join(runsDir, name)));
  const found = await mapPool(sweeps, AT_ONCE, readSweep);
  return found.filter((one) => one !== undefined).sort((a, b) => newestFirst(a.file, b.file));
}

/** Those that look like sweeps. */
export async function sweepsAmong(dirs: readonly string[]): Promise<string[]> {
  const found = await mapPool(dirs, AT_ONCE, async (dir) => ((await isSweep(dir)) ? dir : undefined));
  return found.filter((dir) => dir !== undefined);
}

const AT_ONCE = 48;

/** By the name alone: what is not a plain file is refused when it is read. */
export const isSweep = (dir: string): Promise<boolean> =>
  lstat(sweepPaths(dir).file).then(
    (stat) => !stat.isDirectory(),
    () => false,
  );

export const hasEnded = ({ entries }: Sweep): boolean => entries.some(({ type }) => type === 'end');

export type NewSweep = {
  readonly runsDir: string;
  readonly name?: string;
  /** What automatic names start with. */
  readonly stem: string;
  readonly file: SweepFile;
  /** One that has ended is taken as well. */
  readonly reuse?: boolean;
};

/**
 * The sweep that goes on with this file: the one of that name, else the newest that has not ended and was begun with the same
 * text and experiment; else a new folder. Throws one line if the name is that of another sweep.
 */
export async function openSweep(wanted: NewSweep): Promise<Sweep> {
  const known = await listSweeps(wanted.runsDir);
  const { name } = wanted;
  const found =
    name === undefined
      ? known.find((one) => (wanted.reuse || !hasEnded(one)) && isSame(one.file, wanted.file))
      : known.find((one) => one.name === name);
  if (!found) return createSweep(wanted);
  if (isSame(found.file, wanted.file)) return found;
  throw new BadInputError(
    `${found.dir}: is a sweep of ${found.file.file} as it was then; give another --name to begin with what it says now`,
  );
}

async function createSweep({ runsDir, name, stem, file }: NewSweep): Promise<Sweep> {
  const dir = await claimFolder(runsDir, name === undefined ? { stem } : { name });
  await writeJson(sweepPaths(dir).file, file);
  return { dir, name: path.basename(dir), file, entries: [] };
}

/** What decides which trials there are and how they are judged. */
function isSame(one: SweepFile, other: SweepFile): boolean {
  const plain = ({ created: _, pitwall: __, text, experiment, ...rest }: SweepFile): unknown =>
    JSON.parse(
      JSON.stringify({
        ...rest,
        text: withoutRemarks(text),
        experiment: { file: experiment.file, text: withoutRemarks(experiment.text) },
      }),
    );
  return isDeepStrictEqual(plain(one), plain(other));
}

/** Without empty lines and those that are a comment: they say nothing to a trial. */
const withoutRemarks = (text: string): string => text.replaceAll(/^[ \t]*(#.*)?(\r?\n|$)/gm, '').trimEnd();

/** left: it has not ended, and no process drives it. */
export type SweepState = 'running' | 'ended' | 'left';

/** A sweep in a list: one entry, whatever the number of its trials. */
export type SweepSummary = {
  readonly sweep: Sweep;
  readonly state: SweepState;
  /** Trials that have begun, newest first. */
  readonly trials: readonly RunSummary[];
  /** Trials that have come to their end. */
  readonly done: number;
  /** By the sweep's metric at its end, else the highest mAP so far. */
  readonly best: { readonly name: string; readonly value: number } | undefined;
};

/** The sweeps of a runs folder, newest first. */
export async function summarizeSweeps(runsDir: string): Promise<SweepSummary[]> {
  const summaries: SweepSummary[] = [];
  for (const sweep of await listSweeps(runsDir)) summaries.push(await summarize(sweep));
  return summaries;
}

async function summarize(sweep: Sweep): Promise<SweepSummary> {
  const { runs: trials } = await listRuns(sweepPaths(sweep.dir).trials);
  const over = trials.filter(({ presence: { state } }) => FINAL_STATES.has(state) && state !== 'paused');
  return { sweep, state: sweepState(sweep), trials, done: over.length, best: bestOf(sweep, trials) };
}

export function sweepState(sweep: Sweep): SweepState {
  if (hasEnded(sweep)) return 'ended';
  const { kind } = readOwner(sweep.dir);
  return kind === 'alive' || kind === 'elsewhere' ? 'running' : 'left';
}

function bestOf({ entries, file }: Sweep, trials: readonly RunSummary[]): SweepSummary['best'] {
  const end = entries.find((entry) => entry.type === 'end');
  if (end?.type === 'end')
    return end.best && end.best.trial < file.trials.length
      ? { name: trialName(end.best.trial), value: end.best.value }
      : undefined;
  const known = trials.flatMap(({ name, status }) => {
    const value = status?.progress?.best?.map;
    return value === undefined || !Number.isFinite(value) ? [] : [{ name, value }];
  });
  return known.sort((a, b) => b.value - a.value)[0];
}
