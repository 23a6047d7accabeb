import { existsSync } from 'node:fs';
import path from 'node:path';
import { sleep, toError } from '../base/async';
import { toJsonLine } from '../base/json';
import { wordsOf } from '../base/worded-error';
import { inEnglish, type Words, words } from '../base/words';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { takeLock } from '../engine/control/lock';
import { liveBefore } from '../engine/control/queue';
import { ownIdentity } from '../engine/process/identity';
import { livesForRun, markOf, trainersOfRun } from '../engine/process/run-processes';
import { listRuns } from '../engine/runs/list-runs';
import { RUN_FORMAT, type RunFile, type StatusFile } from '../run/files';
import { watchForDeletion } from '../run/folder/is-gone';
import { requireActable } from '../run/folder/ownership';
import { runPaths } from '../run/folder/paths';
import { readStatus } from '../run/folder/read';
import { writeWhole } from '../run/folder/write-file';
import { keepRun } from './keeper';
import type { KeeperOptions } from './keeper-parts';
import type { KeeperEnd } from './keeper-state';
import { announceFailure } from './notifier';
import { listIds, Requests } from './requests';
import { RunJournal } from './run-journal';
import { type StatusFields, StatusWriter } from './status-writer';

const LOOK_MS = 1000;

type WaitOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly onError: (error: unknown) => void;
  readonly isHeld: () => boolean;
};

const isStop = (type: string): boolean => type === 'stop' || type === 'stop_after_epoch';

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
    const reason = words('its keeper could not begin: {0}', wordsOf(error));
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

/**
 * A queued run waits here until the one before it has ended, however it ended. The keeper waits and not the host, so
 * that the queue goes on when every editor is closed. `stopped`: it was taken out of the queue meanwhile.
 */
async function waitTurn({ dir, run, onError, isHeld }: WaitOptions): Promise<'go' | 'stopped'> {
  const { after } = run;
  if (after === undefined || !(await isGoing(after))) return 'go';
  const paths = runPaths(dir);
  const status = new StatusWriter(paths.status, onError, isHeld);
  const journal = RunJournal.open(dir, run, onError);
  const requests = new Requests(paths, journal, onError);
  try {
    await status.set(fields('starting', words('waits until {0} has ended', path.basename(after))));
    while (await isGoing(after)) {
      if (wasTakenOut(requests)) {
        await status.writeNow(fields('stopped', words('taken out of the queue before its turn came')));
        return 'stopped';
      }
      await sleep(LOOK_MS);
    }
    return 'go';
  } finally {
    status.dispose();
    await journal.close();
  }
}

function fields(state: StatusFields['state'], said: Words): StatusFields {
  return { state, reason: inEnglish(said), said, stalled: false, queue: { waiting: [] } };
}

/** Answers requests that came meanwhile; returns whether a stop was among them. */
function wasTakenOut(requests: Requests): boolean {
  const asked = requests.take();
  for (const { id, request } of asked) {
    const ok = isStop(request.type);
    requests.answer(id, request, {
      ok,
      said: ok ? words('taken out of the queue') : words('the run waits for its turn'),
    });
  }
  return asked.some(({ request }) => isStop(request.type));
}

/**
 * A run that cannot be read does not hold up others; a folder of runs that cannot be listed now is listed a second
 * later.
 */
async function isGoing(dir: string): Promise<boolean> {
  const listed = await listRuns(path.dirname(dir)).catch(() => undefined);
  if (listed === undefined) return existsSync(dir);
  return liveBefore(listed.runs, dir) !== undefined;
}
