import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import { RunDraft } from '../../run/draft';
import { runPaths } from '../../run/folder/paths';
import { readRun } from '../../run/folder/read';
import { isOwnRun } from '../../run/folder/signature';
import { createRunState } from '../../run/reduce';
import type { RunEntry, RunState } from '../../run/state';
import { PollLoop } from '../watch/poll-loop';
import { RunReader } from '../watch/run-reader';
import type { LoadEventsRequest } from './load-events';
import { type PackedRun, unpackRun } from './packed-run';
import type { Presence } from './presence';
import { foldBatch, presenceNow, type RunView } from './view-run';
import { runInWorker, workerProgram } from './worker-task';

/** Smaller logs are read faster than a thread starts. */
const BIG_BYTES = 4 * 1024 * 1024;
const CACHE_BYTES = 16 * 1024 * 1024;

/** A run folder as it is and as it grows: step columns are shared and grow in place. Only reads; starts nothing. */
export type LiveRun = Disposable &
  RunView & {
    /** New lines, after they were folded in; all of one poll together. */
    readonly onDidAppend: Event<readonly RunEntry[]>;
    /** Something in `state` changed; once per poll. After a log was replaced, everything did. */
    readonly onDidChange: Event<void>;
    /** What the watcher could not do (too many watches, no access); polling goes on. */
    readonly onDidFail: Event<Error>;
    /** Reads what is there now. */
    refresh(): Promise<void>;
  };

/**
 * Opens a run folder and reads it to its end. Throws one clear line if it is not a run. `onAppend` gets every line from
 * the first on, including those that existed before. Without it and with `installDir` (the folder of the bundles), a
 * large log is read in a thread of its own, with a cache beside it.
 */
export async function openRun(
  dir: string,
  onAppend?: (entries: readonly RunEntry[], state: RunState) => void,
  installDir?: string,
): Promise<LiveRun> {
  const run = await readRun(dir);
  const packed = onAppend ? undefined : await loadInWorker(dir, installDir);
  const state = packed ? unpackRun(packed, run) : createRunState(run);
  const live = new PolledRun(path.resolve(dir), state, packed?.offset);
  if (onAppend) live.onAppend((entries) => onAppend(entries, live.state));
  try {
    await live.refresh();
  } catch (error) {
    live.dispose();
    throw error;
  }
  return live;
}

// Files and not their folder: Linux notifies a folder's watcher of every write within, and chokidar then reads all of
// it.
const WATCHED = ['events', 'keeper', 'validation', 'status', 'meta'] as const;

class PolledRun implements LiveRun {
  readonly dir: string;
  readonly #store = new DisposableStore();
  readonly #appended = this.#store.track(new Emitter<readonly RunEntry[]>());
  readonly #changed = this.#store.track(new Emitter<void>());
  readonly #failed = this.#store.track(new Emitter<Error>());
  readonly #reader: RunReader;
  readonly #loop: PollLoop;
  #draft: RunDraft;
  #unwatched: readonly string[];

  readonly onDidAppend = this.#appended.event;
  readonly onDidChange = this.#changed.event;
  readonly onDidFail = this.#failed.event;

  constructor(dir: string, state: RunState, eventsOffset = 0) {
    this.dir = dir;
    this.#draft = new RunDraft(state);
    this.#reader = new RunReader(dir, eventsOffset);
    const paths = runPaths(dir);
    this.#unwatched = WATCHED.map((name) => paths[name]);
    this.#loop = this.#store.track(
      new PollLoop({
        paths: [],
        poll: () => this.#poll(),
        polls: () => true,
        onError: (error) => this.#failed.fire(error),
      }),
    );
  }

  get state(): RunState {
    return this.#draft.state;
  }

  get presence(): Presence {
    return presenceNow({ dir: this.dir, state: this.#draft.raw });
  }

  refresh(): Promise<void> {
    return this.#loop.pollNow();
  }

  /** Listens for as long as the run is followed. */
  onAppend(listener: (entries: readonly RunEntry[]) => void): void {
    this.#store.track(this.#appended.event(listener));
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #poll(): Promise<boolean> {
    this.#watchNewFiles();
    let found = false;
    for await (const batch of this.#reader.read()) {
      this.#draft = foldBatch(this.#draft, batch);
      found = true;
      if (batch.entries.length > 0) this.#appended.fire(batch.entries);
    }
    if (found) this.#changed.fire();
    return found;
  }

  #watchNewFiles(): void {
    const there = this.#unwatched.filter((file) => existsSync(file));
    if (there.length === 0) return;
    this.#unwatched = this.#unwatched.filter((file) => !there.includes(file));
    this.#loop.watch(there);
  }
}

/** Reads a large event log in a thread of its own; undefined if it is small, or if the bundle does not exist. */
async function loadInWorker(dir: string, installDir: string | undefined): Promise<PackedRun | undefined> {
  const { events: eventsFile } = runPaths(dir);
  const size = await lstat(eventsFile).then(
    (s) => (s.isFile() ? s.size : 0),
    () => 0,
  );
  if (installDir === undefined || size < BIG_BYTES || !existsSync(workerProgram(installDir)))
    return undefined;
  const request: LoadEventsRequest = {
    eventsFile,
    cacheFile: path.join(dir, '.events.cache'),
    // Viewing another user's run changes nothing in its folder.
    cacheAfterBytes: (await isOwnRun(dir)) ? CACHE_BYTES : Number.POSITIVE_INFINITY,
  };
  return (await runInWorker(installDir, { kind: 'load', request })) as PackedRun;
}
