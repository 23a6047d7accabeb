import { words } from '../../base/words';
import { requireActable } from '../../run/folder/ownership';
import { readJob, writeJob } from './job-file';
import { pollJobs } from './poll-jobs';
import { askQueue, askSlurm, SlurmError } from './slurm';
import { readQueue } from './slurm-answers';

/** Takes the job of a run out of Slurm, at once. Throws if the number in its folder is that of another job. */
export async function cancelJob(dir: string): Promise<void> {
  const run = await requireActable(dir);
  await pollJobs([dir], 0);
  const job = await readJob(dir);
  if (job?.id === undefined) return;
  const row = readQueue((await askQueue()).own).find(({ id }) => id === job.id);
  // The file is not signed: another job of this user may have been named in it.
  if (row && row.comment !== run.id)
    throw new SlurmError(words('job {0} is not the one of this run: nothing was cancelled', job.id), false);
  if (row && row.state.kind !== 'ended') await askSlurm('scancel', [job.id]);
  await writeJob(dir, { ...job, state: { kind: 'ended', how: 'cancelled' }, since: Date.now() });
}
