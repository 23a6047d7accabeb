import path from 'node:path';
import { toError } from '../base/async';
import { toJsonLine } from '../base/json';
import { wordsOf } from '../base/worded-error';
import { inEnglish, type Words, words } from '../base/words';
import type { Turn } from '../domain/run/turns';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { takeLock } from '../engine/control/lock';
import { ownIdentity } from '../engine/process/identity';
import { livesForRun, markOf, trainersOfRun } from '../engine/process/run-processes';
import { readSlots } from '../engine/queue/queue-folder';
import { onDevice, sharedThreads } from '../engine/queue/slot-variables';
import { RUN_FORMAT, type StatusFile } from '../run/files';
import { watchForDeletion } from '../run/folder/is-gone';
import { requireActable } from '../run/folder/ownership';
import { runPaths } from '../run/folder/paths';
import { readStatus } from '../run/folder/read';
import { writeWhole } from '../run/folder/write-file';
import { hasBegun } from '../run/kind';
import { FINAL_STATES } from '../run/state-names';
import { endOf } from '../run/times';
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
    const end = await keepInTurn({ ...options, run, task, isGone, isHeld: lock.isHeld })
      .catch((error: unknown) => reportFailure({ ...options, run }, toError(error)))
      .finally(() => isGone() || !lock.isHeld() || lock.release());
    if (end === 'gone') return 'kept';
    // A host that wrote a request between the last poll and the release has seen this keeper alive and starts none: ask
    // once more.
    if (end === 'left' || listIds(runPaths(options.dir).control, options.dir).length === 0) return 'kept';
  }
}

/**
 * A run of the queue starts when its turn has come, unless it is stopped before; also if its keeper was killed while it waited. What
 * it got then is what its processes see, and what a later keeper tells the others.
 */
async function keepInTurn(options: KeepInTurn): Promise<KeeperEnd> {
  const { dir, run, task } = options;
  const previous = await readStatus(dir);
  if (run.after === undefined) return keepRun(options);
  if (task === 'resume') return keepRun({ ...options, turn: {} });
  if (!waitsStill(task, previous) || trainersOfRun(markOf(dir, run)).length > 0)
    return keepRun({ ...options, turn: await onTurn(dir, previous?.turn) });
  const waited = await waitTurn(options);
  if (waited.kind === 'taken') return 'done';
  return keepRun({ ...options, task: 'start', turn: await onTurn(dir, waited.turn) });
}

type KeepInTurn = KeeperOptions & { readonly isGone: () => boolean };

/** It was queued, and nothing of it has begun. */
function waitsStill(task: KeeperTask, previous: StatusFile | undefined): boolean {
  return previous === undefined ? task === 'start' : !hasBegun(previous);
}

/** Whatever this keeper starts inherits its variables. */
async function onTurn(dir: string, turn: Turn = {}): Promise<Turn> {
  const slots = turn.slot === undefined ? undefined : await readSlots(path.dirname(dir));
  if (slots) Object.assign(process.env, sharedThreads(slots.parallel));
  if (turn.device !== undefined) Object.assign(process.env, onDevice(turn.device));
  return turn;
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
    const reason = words('its keeper could not begin: {0}', wordsOf(error));
    await writeFailure(dir, previous, reason);
    await announceFailure({ dir, run, notifyEnv }, reason);
  }
  throw error;
}

async function writeFailure(dir: string, previous: StatusFile | undefined, said: Words): Promise<void> {
  const now = { heartbeat: Date.now(), keeper: ownIdentity(dir), trainer: undefined, validator: undefined };
  const endedAt = previous && FINAL_STATES.has(previous.state) ? endOf(previous) : now.heartbeat;
  const status = { queue: { waiting: [] }, stalled: false, ...previous, ...now, endedAt };
  const end = { state: 'failed', reason: inEnglish(said), said, ended: undefined, alarm: undefined };
  await writeWhole(runPaths(dir).status, toJsonLine({ ...status, format: RUN_FORMAT, ...end }));
}
