import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isOwnRun } from '../../run/folder/signature';
import { runPaths } from '../../run/folder/paths';
import type { LoadEventsRequest } from './load-events';
import type { PackedRun } from './packed-run';
import { runInWorker, workerProgram } from './worker-task';

/** Smaller logs are read faster than a thread starts. */
const BIG_BYTES = 4 * 1024 * 1024;
const CACHE_BYTES = 16 * 1024 * 1024;

/** Reads a big event log in a thread of its own; undefined where it is small, or where the bundle is not there. */
export async function loadInWorker(
  dir: string,
  installDir: string | undefined,
): Promise<PackedRun | undefined> {
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
    // Looking at somebody else's run changes nothing in its folder.
    cacheAfterBytes: (await isOwnRun(dir)) ? CACHE_BYTES : Number.POSITIVE_INFINITY,
  };
  return (await runInWorker(installDir, { kind: 'load', request })) as PackedRun;
}
