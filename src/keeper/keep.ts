import type { KeeperTask } from '../engine/control/ensure-keeper';
import { takeLock } from '../engine/control/lock';
import { runPaths } from '../run/folder/paths';
import { readRun } from '../run/folder/read';
import { type KeeperEnd, type KeeperOptions, keepRun } from './keeper';
import { listIds } from './requests';
import { waitTurn } from './wait-turn';

export type KeepOptions = {
  readonly dir: string;
  readonly installDir: string;
  readonly task: KeeperTask;
  readonly onError: (error: unknown) => void;
};

/** Becomes the run's keeper, unless another process is; ends when there is nothing left to do. */
export async function keep(options: KeepOptions): Promise<void> {
  const run = await readRun(options.dir);
  for (let { task } = options; ; task = 'adopt') {
    const lock = takeLock(options.dir);
    if (!lock) return;
    const end = await keepInTurn({ ...options, run, task }).finally(lock.release);
    // A request that came between the last look and the release has found a keeper that was there, and none after.
    if (end === 'let go' || listIds(runPaths(options.dir).control).length === 0) return;
  }
}

/** A run that is queued behind another one starts when that has ended, unless it is stopped before. */
async function keepInTurn(options: KeeperOptions): Promise<KeeperEnd> {
  if (options.task === 'start' && (await waitTurn(options)) === 'stopped') return 'done';
  return keepRun(options);
}
