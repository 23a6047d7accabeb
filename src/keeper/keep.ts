import { toError } from '../base/async';
import { toJsonLine } from '../base/json';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { takeLock } from '../engine/control/lock';
import type { RunMark } from '../engine/process/carries-run';
import { ownIdentity } from '../engine/process/identity';
import { livesForRun, markOf, trainersOfRun } from '../engine/process/run-processes';
import { RUN_FORMAT } from '../run/files';
import { requireActable } from '../run/folder/act-on';
import { watchForDeletion } from '../run/folder/is-gone';
import { runPaths } from '../run/folder/paths';
import { readRun, readStatus } from '../run/folder/read';
import { writeWhole } from '../run/folder/write-file';
import { keepRun } from './keeper';
import type { KeeperOptions } from './keeper-parts';
import type { KeeperEnd } from './keeper-state';
import { listIds } from './requests';
import { waitTurn } from './wait-turn';

export type KeepOptions = {
  readonly dir: string;
  readonly installDir: string;
  readonly task: KeeperTask;
  readonly notifyEnv: KeeperOptions['notifyEnv'];
  readonly onError: (error: unknown) => void;
  /** Resolves when the process is gone in whose place the run is kept: the run ends with it. */
  readonly leash?: Promise<void>;
};

/** Becomes the run's keeper and ends when there is nothing left to do; `refused` if another process keeps it. */
export async function keep(options: KeepOptions): Promise<'kept' | 'refused'> {
  await requireActable(options.dir);
  const run = await readRun(options.dir);
  for (let { task } = options; ; task = 'adopt') {
    const lock = takeLock(options.dir);
    if (!lock) return 'refused';
    const isGone = watchForDeletion(options.dir);
    const end = await keepInTurn({ ...options, run, task, isHeld: lock.isHeld })
      .catch((error: unknown) => writeFailure(options.dir, markOf(options.dir, run), toError(error)))
      .finally(() => isGone() || !lock.isHeld() || lock.release());
    if (end === 'gone') return 'kept';
    // A host that wrote a request between the last poll and the release has seen this keeper alive and starts none: ask
    // once more.
    if (end === 'left' || listIds(runPaths(options.dir).control, options.dir).length === 0) return 'kept';
  }
}

/** A run that is queued behind another one starts when that has ended, unless it is stopped before. */
async function keepInTurn(options: KeeperOptions): Promise<KeeperEnd> {
  if (options.task === 'start' && (await waitTurn(options)) === 'stopped') return 'done';
  return keepRun(options);
}

/**
 * A keeper that cannot do its work leaves the reason for hosts to read, unless a trainer is alive: then another keeper
 * may succeed.
 */
async function writeFailure(dir: string, mark: RunMark, error: Error): Promise<never> {
  const file = runPaths(dir).status;
  const previous = await readStatus(dir);
  if (!livesForRun(previous?.trainer, mark) && trainersOfRun(mark).length === 0) {
    const reason = `its keeper could not begin: ${error.message}`;
    const now = { heartbeat: Date.now(), keeper: ownIdentity(), trainer: undefined, validator: undefined };
    const status = { queue: { waiting: [] }, stalled: false, ...previous, ...now };
    await writeWhole(file, toJsonLine({ ...status, format: RUN_FORMAT, state: 'failed', reason }));
  }
  throw error;
}
