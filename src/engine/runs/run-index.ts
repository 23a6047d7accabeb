import { existsSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import { sweepsAmong } from '../sweep/sweep-folder';
import { PollLoop } from '../watch/poll-loop';
import { Rest } from '../watch/rest';
import { FolderLook, type LookTurn } from './folder-look';
import type { RunSummary } from './list-runs';
import { askJobsOf } from './list-runs-now';

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
/** What one look reads: few enough that looking once a second stays within the share. */
const TURN: LookTurn = { live: 200, settled: 1000 };
const QUIET_TURN: LookTurn = { live: TURN.live, settled: TURN.settled * QUIET_SECONDS };
const NONE: LookTurn = { live: 0, settled: 0 };
/** Of a core, whatever a look costs here; but for what a person asks for. */
const SHARE = 0.05;

class FollowedFolder implements RunsFolder {
  readonly dir: string;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new Emitter<void>());
  readonly #loop: PollLoop;
  readonly #look: FolderLook;
  readonly #rest = new Rest(SHARE);
  #sweeps: readonly string[] = [];
  #seconds = 0;
  #isWatched = false;
  /** Something may have changed while it rested. */
  #isAnnounced = true;
  /** All is to be read. */
  #isAsked = false;
  #failure: string | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(dir: string) {
    this.dir = dir;
    this.#look = new FolderLook(dir);
    this.#loop = this.#store.track(
      new PollLoop({
        paths: [],
        ignored: (file) => file !== dir && path.basename(file).startsWith('.'),
        poll: () => this.#poll(),
        polls: () => this.#isTime(),
        onError: (error) => {
          this.#failure = `${dir} is only polled: ${error.message}`;
        },
      }),
    );
  }

  get runs(): readonly RunSummary[] {
    return this.#look.listing.runs;
  }

  get sweeps(): readonly string[] {
    return this.#sweeps;
  }

  get problems(): readonly string[] {
    const { problems } = this.#look.listing;
    return this.#failure === undefined ? problems : [...problems, this.#failure];
  }

  refresh(): Promise<void> {
    this.#isAsked = true;
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

  #isTime(): boolean {
    if (this.#seconds++ % QUIET_SECONDS === 0) this.#isAnnounced = true;
    return this.#isAnnounced || this.#look.hasLive;
  }

  async #poll(): Promise<boolean> {
    this.#watchOnceThere();
    const isAsked = this.#isAsked;
    this.#isAsked = false;
    if (isAsked) return this.#lookAt(undefined);
    // What is new is looked for all the same: one lookup, if nothing is.
    if (this.#rest.ms > 0) return this.#lookAt(NONE);
    this.#isAnnounced = false;
    return this.#rest.after(() => this.#lookAt(this.#look.hasLive ? TURN : QUIET_TURN));
  }

  /** Returns whether runs came or went: what is new may not be whole yet. */
  async #lookAt(turn: LookTurn | undefined): Promise<boolean> {
    const look = await this.#look.look(turn);
    const read = look.read.filter((one) => typeof one === 'object');
    const kept = read.filter(({ run }) => run.target !== undefined).map((one) => one.dir);
    const jobs = (await askJobsOf(read)) ? await this.#look.lookAgain(kept) : undefined;
    const hasSweeps = await this.#readSweeps(look.others);
    if (look.isChanged || jobs?.isChanged || hasSweeps) this.#changed.fire();
    return look.isOther || hasSweeps;
  }

  /** Those that this look did not read stay what they were. */
  async #readSweeps(looked: readonly string[]): Promise<boolean> {
    const others = new Set(this.#look.listing.others);
    const [known, found] = [new Set(looked), new Set(await sweepsAmong(looked))];
    const stay = this.#sweeps.filter((dir) => others.has(dir) && (found.has(dir) || !known.has(dir)));
    const sweeps = [...stay, ...[...found].filter((dir) => !this.#sweeps.includes(dir))];
    const isSame = isDeepStrictEqual(sweeps, this.#sweeps);
    this.#sweeps = sweeps;
    return !isSame;
  }
}
