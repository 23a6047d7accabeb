import { statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { sleep } from '../../base/async';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { Slots } from '../../domain/run/turns';
import { MOST_BYTES } from '../../run/folder/bounds';
import { makeFolderIn } from '../../run/folder/open-folder';
import { readJsonFile, writeJson } from '../../run/folder/whole-file';
import { disownKeeper, type KeeperLock, lockFile, readOwner, takeLock } from '../control/lock';

// runs/.queue holds what the runs of a folder share: how many train at once, and the lock of the process that takes or changes a turn.

const folderOf = (runsDir: string): string => path.join(runsDir, '.queue');
/** What a run is queued behind if there is no other. */
export const queueStart = folderOf;
const slotsFile = (runsDir: string): string => path.join(folderOf(runsDir), 'slots.json');

export const MOST_SLOTS = 64;
const zSlots = z.object({
  parallel: z.number().int().min(1).max(MOST_SLOTS),
  devices: z.array(z.string().max(64)).max(MOST_SLOTS).default([]),
});

/** Undefined: a run begins when none that may use its device goes on. */
export async function readSlots(runsDir: string): Promise<Slots | undefined> {
  return (
    (await readJsonFile(slotsFile(runsDir), zSlots.nullable(), { most: MOST_BYTES.request })) ?? undefined
  );
}

export async function writeSlots(runsDir: string, slots: Slots | undefined): Promise<void> {
  await writeJson(slotsFile(runsDir), slots ?? null, { root: runsDir });
}

/** Does something that no other process of the queue does meanwhile; undefined, undone, if another one is at it now. */
export async function tryInQueue<T>(runsDir: string, work: () => Promise<T>): Promise<T | undefined> {
  const folder = folderOf(runsDir);
  makeFolderIn(folder, runsDir);
  const lock = takeQueue(folder);
  if (!lock) return undefined;
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** The same, waiting for its turn. Throws one line if that takes too long. */
export async function inQueue<T>(runsDir: string, work: () => Promise<T>): Promise<T> {
  for (const begun = performance.now(); performance.now() - begun < PATIENCE_MS; await sleep(50)) {
    const done = await tryInQueue(runsDir, async () => ({ result: await work() }));
    if (done) return done.result;
  }
  throw new WordedError(words('the queue of {0} is held by another process: try again', runsDir));
}

const PATIENCE_MS = 10_000;

/**
 * A turn takes milliseconds: a machine, container or boot whose lock is a minute old has ended while it held it. One that releases
 * the lock between two looks is asked again by the caller.
 */
function takeQueue(folder: string): KeeperLock | undefined {
  const { kind, n } = readOwner(folder);
  if (kind === 'elsewhere') {
    const taken = statSync(lockFile(folder, n), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - taken < ABANDONED_MS) return undefined;
    disownKeeper(folder, taken, Date.now());
  }
  return takeLock(folder);
}

const ABANDONED_MS = 60_000;
