import { words } from '../../base/words';
import { requireActable } from '../../run/folder/ownership';
import { isOpenJob } from '../../run/job';
import { readJob, writeJob } from './job-file';
import { pollJobs } from './poll-jobs';
import { askQueue, askSlurm, SlurmError } from './slurm';
import { readQueue } from './slurm-answers';

/**
 * Takes the job of a run out of Slurm, at once; false if it had ended already. Throws, with nothing cancelled, if Slurm does
 * not list it or if its number is that of another job. An answer that Slurm gave after `since` (Unix ms) is new enough.
 */
export async function cancelJob(dir: string, since = Date.now()): Promise<boolean> {
  const run = await requireActable(dir);
  await pollJobs([dir], Date.now() - since + 1);
  const job = await readJob(dir);
  if (!job || !isOpenJob(job)) return false;
  const row = readQueue((await askQueue()).own).find(({ id }) => id === job.id);
  if (job.id === undefined || !row)
    throw new SlurmError(
      words('Slurm does not list the job of this run yet: nothing was cancelled, try again in a minute'),
      true,
    );
  // The file is not signed: another job of this user may have been named in it.
  if (row.comment !== run.id)
    throw new SlurmError(words('job {0} is not the one of this run: nothing was cancelled', job.id), false);
  await askSlurm('scancel', [job.id]);
  await writeJob(dir, { ...job, state: { kind: 'ended', how: 'cancelled' }, since: Date.now() });
  return true;
}
