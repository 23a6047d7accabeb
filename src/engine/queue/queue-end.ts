import { listRuns } from '../runs/list-runs';
import { queueOf } from './queue';
import { queueStart } from './queue-folder';

/** What a new run of a folder is queued behind: the last one, whether it goes on or waits; without a name there is none. */
export async function endOfQueue(runsDir: string): Promise<{ readonly dir: string; readonly name?: string }> {
  return queueOf((await listRuns(runsDir)).runs).at(-1) ?? { dir: queueStart(runsDir) };
}
