import { toError } from '../base/async';
import { toJsonLine } from '../base/json';
import { inEnglish, type Words, words } from '../base/words';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { takeLock } from '../engine/control/lock';
import { ownIdentity } from '../engine/process/identity';
import { livesForRun, markOf, trainersOfRun } from '../engine/process/run-processes';
import { RUN_FORMAT, type StatusFile } from '../run/files';
import { requireActable } from '../run/folder/act-on';
import { watchForDeletion } from '../run/folder/is-gone';
import { runPaths } from '../run/folder/paths';
import { readStatus } from '../run/folder/read';
import { writeWhole } from '../run/folder/write-file';
import { keepRun } from './keeper';
import type { KeeperOptions } from './keeper-parts';
import type { KeeperEnd } from './keeper-state';
import { announceFailure } from './notifier';
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
  const run = await requireActable(options.dir);
  for (let { task } = options; ; task = 'adopt') {
    const lock = takeLock(options.dir);
    if (!lock) return 'refused';
    const isGone = watchForDeletion(options.dir);
    const end = await keepInTurn({ ...options, run, task, isHeld: lock.isHeld })
      .catch((error: unknown) => reportFailure({ ...options, run }, toError(error)))
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
 * A keeper that cannot do its work leaves the reason for hosts to read, and tells people who are away, unless a trainer is
 * alive: then another keeper may succeed.
 */
async function reportFailure(
  { dir, run, notifyEnv }: Pick<KeeperOptions, 'dir' | 'run' | 'notifyEnv'>,
  error: Error,
): Promise<never> {
  const previous = await readStatus(dir);
  const mark = markOf(dir, run);
  if (!livesForRun(previous?.trainer, mark) && trainersOfRun(mark).length === 0) {
    const reason = words('its keeper could not begin: {0}', error.message);
    await writeFailure(dir, previous, reason);
    await announceFailure({ dir, run, notifyEnv }, reason);
  }
  throw error;
}

async function writeFailure(dir: string, previous: StatusFile | undefined, said: Words): Promise<void> {
  const now = { heartbeat: Date.now(), keeper: ownIdentity(dir), trainer: undefined, validator: undefined };
  const status = { queue: { waiting: [] }, stalled: false, ...previous, ...now };
  const end = { state: 'failed', reason: inEnglish(said), said, ended: undefined, alarm: undefined };
  await writeWhole(runPaths(dir).status, toJsonLine({ ...status, format: RUN_FORMAT, ...end }));
}
