import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import {
  FINAL_STATES,
  type MetaFile,
  type RunFile,
  type StatusFile,
  zStatusFile,
} from '../../protocol/run-files';
import { readJsonFile } from '../files/whole-file';
import { readOwner } from '../keeping/lock';
import { readMeta } from '../store/meta';
import { runPaths } from '../store/paths';
import { readRun } from '../store/read-run';
import { LookLoop } from '../watch/look-loop';
import { type Presence, presenceOf } from './presence';
import { readEnd } from './read-end';

/** One run in a list, from its small files alone. */
export type RunSummary = {
  readonly dir: string;
  readonly name: string;
  readonly run: RunFile;
  readonly meta: MetaFile;
  readonly status: StatusFile | undefined;
  readonly presence: Presence;
};

export type RunsFolder = Disposable & {
  readonly dir: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Folders that look like runs but cannot be read, one line each. */
  readonly problems: readonly string[];
  readonly onDidChange: Event<void>;
  refresh(): Promise<void>;
};

/** Follows a runs folder; an absent one has no runs until it comes. */
export async function openRunsFolder(dir: string): Promise<RunsFolder> {
  const folder = new FollowedFolder(path.resolve(dir));
  await folder.refresh();
  return folder;
}

export type RunListing = { readonly runs: readonly RunSummary[]; readonly problems: readonly string[] };

/** The runs of a folder as they are now, newest first. */
export async function listRuns(dir: string): Promise<RunListing> {
  const names = await readdir(dir).catch(() => [] as string[]);
  const plain = names.filter((name) => !name.startsWith('.'));
  const results = await Promise.all(plain.map((name) => summarize(path.join(dir, name))));
  const runs = results.filter((r) => typeof r === 'object');
  return {
    runs: runs.sort((a, b) => b.run.created - a.run.created),
    problems: results.filter((r) => typeof r === 'string'),
  };
}

/** One run as a list shows it; a line where it cannot be read; undefined where the folder is no run. */
async function summarize(dir: string): Promise<RunSummary | string | undefined> {
  const names = await readdir(dir).catch(() => [] as string[]);
  if (!names.includes('run.json')) return undefined;
  try {
    const run = await readRun(dir);
    const status = await readJsonFile(runPaths(dir).status, zStatusFile);
    return {
      dir,
      name: path.basename(dir),
      run,
      meta: await readMeta(dir),
      status,
      presence: await look(dir, run, status),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The log's end is only asked for where the keeper's word may be out of date. */
async function look(dir: string, run: RunFile, status: StatusFile | undefined): Promise<Presence> {
  const ownerAlive = status === undefined && readOwner(dir).kind === 'alive';
  const input = { status, end: undefined, ownerAlive, created: run.created, now: Date.now() };
  const presence = presenceOf(input);
  if (presence.state !== 'lost') return presence;
  return presenceOf({ ...input, end: await readEnd(runPaths(dir).events) });
}

class FollowedFolder implements RunsFolder {
  readonly dir: string;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new Emitter<void>());
  readonly #loop: LookLoop;
  #listing: RunListing = { runs: [], problems: [] };
  #shown = '';

  readonly onDidChange = this.#changed.event;

  constructor(dir: string) {
    this.dir = dir;
    this.#loop = this.#store.track(
      new LookLoop({
        paths: [dir],
        depth: 1,
        ignored: (file) => !concernsIndex(dir, file),
        look: () => this.#look(),
        polls: () => this.runs.some((run) => !FINAL_STATES.has(run.presence.state)),
        onError: () => undefined,
      }),
    );
  }

  get runs(): readonly RunSummary[] {
    return this.#listing.runs;
  }

  get problems(): readonly string[] {
    return this.#listing.problems;
  }

  refresh(): Promise<void> {
    return this.#loop.lookNow();
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #look(): Promise<boolean> {
    this.#listing = await listRuns(this.dir);
    const shown = JSON.stringify(this.#listing);
    if (shown === this.#shown) return false;
    this.#shown = shown;
    this.#changed.fire();
    return true;
  }
}

/** The folder itself, its run folders, and the three small files in them. */
function concernsIndex(dir: string, file: string): boolean {
  const parts = path.relative(dir, file).split(path.sep);
  // A folder that is not there yet is watched for through its parent.
  if (parts[0] === '..') return parts.length === 1;
  if (parts[0].startsWith('.')) return false;
  return parts.length < 2 || ['run.json', 'meta.json', 'status.json'].includes(parts[1]);
}
