import path from 'node:path';
import type * as vscode from 'vscode';
import { type LiveRun, openRun } from '../../engine/runs/live-run';
import { openRunsFolder, type RunsFolder } from '../../engine/runs/run-index';
import type { ViewInput } from '../../protocol/dashboard/input';
import { createPlannedCache } from '../../protocol/dashboard/planned';
import { translate } from '../window';

/** One reader of a run, shared by all views of this window. */
export type SharedRun = {
  readonly dir: string;
  readonly live: LiveRun;
  /** The data for the view models, as of now. */
  input(): ViewInput;
  release(): void;
};

type OpenRun = {
  readonly live: Promise<LiveRun>;
  readonly planned: ReturnType<typeof createPlannedCache>;
  users: number;
};

/** Reads runs: what the extension loads once there is a folder of them. */
export class OpenRuns implements vscode.Disposable {
  readonly #entries = new Map<string, OpenRun>();
  readonly #log: vscode.LogOutputChannel;
  readonly #installDir: string;

  /** `installDir` holds the bundle of the thread that reads big logs. */
  constructor(log: vscode.LogOutputChannel, installDir: string) {
    this.#log = log;
    this.#installDir = installDir;
  }

  /** Lists the runs of a folder; the caller disposes it. */
  openFolder(dir: string): Promise<RunsFolder> {
    return openRunsFolder(dir);
  }

  async acquire(folder: string): Promise<SharedRun> {
    const dir = path.resolve(folder);
    const entry = this.#entries.get(dir) ?? {
      live: openRun(dir, undefined, this.#installDir),
      planned: createPlannedCache(),
      users: 0,
    };
    this.#entries.set(dir, entry);
    entry.users++;
    try {
      const live = await entry.live;
      return shared(dir, live, entry.planned, () => this.#release(dir, entry));
    } catch (error) {
      this.#release(dir, entry);
      throw error;
    }
  }

  #release(dir: string, entry: OpenRun): void {
    if (--entry.users > 0) return;
    this.#entries.delete(dir);
    entry.live.then(
      (live) => live.dispose(),
      (error: unknown) => this.#log.debug(`${dir}: ${String(error)}`),
    );
  }

  dispose(): void {
    for (const [dir, entry] of this.#entries) {
      entry.users = 1;
      this.#release(dir, entry);
    }
  }
}

function shared(dir: string, live: LiveRun, planned: OpenRun['planned'], onRelease: () => void): SharedRun {
  let isReleased = false;
  return {
    dir,
    live,
    input: () => ({
      state: live.state,
      planned: planned(live.state),
      presence: live.presence,
      now: Date.now(),
      t: translate,
    }),
    release() {
      if (isReleased) return;
      isReleased = true;
      onRelease();
    },
  };
}
