import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { toError } from '../../base/async';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import type { MetaFile, RunFile, StatusFile } from '../../run/files';
import { readMeta } from '../../run/folder/meta';
import { runPaths } from '../../run/folder/paths';
import { readRunBytes, readStatus } from '../../run/folder/read';
import { codeOf } from '../../run/folder/refused';
import { isMarkedWith } from '../../run/folder/signature';
import { knownUserKey } from '../../run/folder/user-key';
import { FINAL_STATES } from '../../run/state-names';
import { readOwner } from '../control/lock';
import { PollLoop } from '../watch/poll-loop';
import { othersOf, type Presence, presenceOf } from './presence';
import { readEnd } from './read-end';

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
  /** When its small files were last replaced. */
  readonly changed: string;
};

export type RunsFolder = Disposable & {
  readonly dir: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Folders that look like runs but cannot be read, and what the watcher could not do, one line each. */
  readonly problems: readonly string[];
  readonly onDidChange: Event<void>;
  refresh(): Promise<void>;
};

/** Follows a runs folder; an absent one has no runs until it is made. */
export async function openRunsFolder(dir: string): Promise<RunsFolder> {
  const folder = new FollowedFolder(path.resolve(dir));
  await folder.refresh();
  return folder;
}

export type RunListing = { readonly runs: readonly RunSummary[]; readonly problems: readonly string[] };

/**
 * The runs of a folder as they are now, newest first; those of `known` that have ended and did not change are not read
 * again.
 */
export async function listRuns(dir: string, known: readonly RunSummary[] = []): Promise<RunListing> {
  const names = await readdir(dir).catch(() => [] as string[]);
  const before = new Map(known.map((run) => [run.dir, run]));
  const dirs = names.filter((name) => !name.startsWith('.')).map((name) => path.join(dir, name));
  const key = keyForReading();
  const results = await Promise.all(dirs.map((run) => readOrKeep(run, before.get(run), key)));
  const runs = results.filter((r) => typeof r === 'object');
  return {
    runs: runs.sort((a, b) => b.run.created - a.run.created),
    problems: results.filter((r) => typeof r === 'string'),
  };
}

/** A damaged one is reported by what acts on a run: a list without its runs is of no use. */
function keyForReading(): Buffer | undefined {
  try {
    return knownUserKey();
  } catch {
    return undefined;
  }
}

async function readOrKeep(
  dir: string,
  known: RunSummary | undefined,
  key: Buffer | undefined,
): Promise<RunSummary | string | undefined> {
  const times = await changeTimes(dir);
  return known?.changed === times.join(' ') && hasEnded(known) ? known : summarize(dir, times, key);
}

/** When status, meta and signature were last replaced; 0 for one that is not there. */
async function changeTimes(dir: string): Promise<number[]> {
  const { status, meta, signature } = runPaths(dir);
  const times = [status, meta, signature].map((file) =>
    lstat(file).then(
      (s) => s.mtimeMs,
      () => 0,
    ),
  );
  return Promise.all(times);
}

/** A lost run is checked again: its processes may be another machine's, or it may be resumed. */
function hasEnded({ presence }: RunSummary): boolean {
  return FINAL_STATES.has(presence.state) && presence.state !== 'lost';
}

/** A file, or a folder without run.json. */
const NO_RUN: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** One run as a list shows it; a line if it cannot be read; undefined if the folder is not a run. */
async function summarize(
  dir: string,
  times: readonly number[],
  key: Buffer | undefined,
): Promise<RunSummary | string | undefined> {
  try {
    const { run, bytes } = await readRunBytes(dir);
    const status = await readStatus(dir);
    return {
      dir,
      name: path.basename(dir),
      run,
      // Few runs have one, and to open a file that is not there costs as much as to read it.
      meta: times[1] === 0 ? {} : await readMeta(dir),
      status,
      presence: await readPresence(dir, run, status),
      own: await isMarkedWith(key, dir, bytes),
      changed: times.join(' '),
    };
  } catch (error) {
    const { message, cause } = toError(error);
    return NO_RUN.has(codeOf(cause)) ? undefined : message;
  }
}

/** The log's end is only read if the keeper's state may be out of date. */
async function readPresence(dir: string, run: RunFile, status: StatusFile | undefined): Promise<Presence> {
  const ownerAlive = status === undefined && readOwner(dir).kind === 'alive';
  const others = othersOf(dir, run);
  const input = { status, end: undefined, ownerAlive, created: run.created, now: Date.now(), ...others };
  const presence = presenceOf(input);
  const isSure = presence.keeperAlive || presence.trainerAlive || FINAL_STATES.has(presence.state);
  if (presence.state !== 'lost' && (isSure || !others.follows)) return presence;
  return presenceOf({ ...input, end: await readEnd(runPaths(dir).events) });
}

/** While no run is live, the folder is polled once in so many seconds. */
const QUIET_SECONDS = 5;

class FollowedFolder implements RunsFolder {
  readonly dir: string;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new Emitter<void>());
  readonly #loop: PollLoop;
  #listing: RunListing = { runs: [], problems: [] };
  #shown = '';
  #seconds = 0;
  #isWatched = false;
  #failure: string | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(dir: string) {
    this.dir = dir;
    this.#loop = this.#store.track(
      new PollLoop({
        paths: [],
        ignored: (file) => file !== dir && path.basename(file).startsWith('.'),
        poll: () => this.#poll(),
        polls: () => this.#seconds++ % QUIET_SECONDS === 0 || this.runs.some((run) => !hasEnded(run)),
        onError: (error) => {
          this.#failure = `${dir} is only polled: ${error.message}`;
        },
      }),
    );
  }

  get runs(): readonly RunSummary[] {
    return this.#listing.runs;
  }

  get problems(): readonly string[] {
    const { problems } = this.#listing;
    return this.#failure === undefined ? problems : [...problems, this.#failure];
  }

  refresh(): Promise<void> {
    return this.#loop.pollNow();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Its own entries only, for runs that come and go; changes within a run are polled. */
  #watchOnceThere(): void {
    if (this.#isWatched || !existsSync(this.dir)) return;
    this.#isWatched = true;
    this.#loop.watch([this.dir]);
  }

  async #poll(): Promise<boolean> {
    this.#watchOnceThere();
    this.#listing = await listRuns(this.dir, this.runs);
    const shown = JSON.stringify(this.#listing);
    if (shown === this.#shown) return false;
    this.#shown = shown;
    this.#changed.fire();
    return true;
  }
}
