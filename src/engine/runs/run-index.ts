import { existsSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import { sweepsAmong } from '../sweep/sweep-folder';
import { PollLoop } from '../watch/poll-loop';
import { hasEnded, type RunListing, type RunSummary } from './list-runs';
import { listRunsNow } from './list-runs-now';

export type RunsFolder = Disposable & {
  readonly dir: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Folders of sweeps, whose trials are runs of folders of their own. */
  readonly sweeps: readonly string[];
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

/** While no run is live, the folder is polled once in so many seconds. */
const QUIET_SECONDS = 5;

class FollowedFolder implements RunsFolder {
  readonly dir: string;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new Emitter<void>());
  readonly #loop: PollLoop;
  #listing: RunListing = { runs: [], problems: [], others: [] };
  #sweeps: readonly string[] = [];
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

  get sweeps(): readonly string[] {
    return this.#sweeps;
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
    const [before, sweeps] = [this.#listing, this.#sweeps];
    this.#listing = await listRunsNow(this.dir, this.runs);
    this.#sweeps = await sweepsAmong(this.#listing.others);
    if (isSameListing(before, this.#listing) && isDeepStrictEqual(sweeps, this.#sweeps)) return false;
    this.#changed.fire();
    return true;
  }
}

/** Ended runs stay the same objects: of thousands only the live ones are looked into. */
function isSameListing(a: RunListing, b: RunListing): boolean {
  return (
    a.runs.length === b.runs.length &&
    a.problems.join('\n') === b.problems.join('\n') &&
    a.runs.every((run, i) => run === b.runs[i] || JSON.stringify(run) === JSON.stringify(b.runs[i]))
  );
}
