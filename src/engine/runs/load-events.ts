import { readCache, writeCache } from './column-cache';
import { readEventLog } from './event-log';
import { type PackedRun, packRun } from './packed-run';

export type LoadEventsRequest = {
  readonly eventsFile: string;
  readonly cacheFile: string;
  /** A cache is written anew when so much was read beyond it. */
  readonly cacheAfterBytes: number;
};

/** Reads a whole event log, from the cache as far as that goes. Blocks its thread: meant for a worker. */
export async function loadEvents(request: LoadEventsRequest): Promise<PackedRun> {
  const { eventsFile, cacheFile, cacheAfterBytes } = request;
  const cached = await readCache(cacheFile, eventsFile);
  const log = readEventLog(eventsFile, cached);
  if (log.offset - (cached?.offset ?? 0) >= cacheAfterBytes)
    // A folder that cannot be written is read without a cache.
    await writeCache(cacheFile, eventsFile, log).catch(() => undefined);
  return packRun(log);
}
