import { words } from '../../base/words';
import { readRun } from '../../run/folder/read';
import { isOpenJob } from '../../run/job';
import { cancelJob } from '../targets/cancel-job';
import { readJob } from '../targets/job-file';
import { pollJobs } from '../targets/poll-jobs';

/** A run whose job has not begun has no keeper to ask: its job is taken out of the queue. Returns what was done, if anything. */
export async function stopQueued(dir: string) {
  if ((await readRun(dir)).target === undefined) return undefined;
  const since = Date.now();
  // What is cancelled is judged by an answer of now, however young the last one is.
  await pollJobs([dir], since);
  const job = await readJob(dir);
  if (!job || !isOpenJob(job) || job.state.kind === 'running') return undefined;
  return (await cancelJob(dir, since)) ? words('its job was taken out of the queue') : undefined;
}
