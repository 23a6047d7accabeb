import { words } from '../../base/words';
import type { RunFile } from '../../run/files';
import { requireActable } from '../../run/folder/ownership';
import { ENGINE_NAMES, isOpenJob, type JobFile } from '../../run/job';
import { EngineError } from './engine-error';
import { readJob, writeJob } from './job-file';
import { pollJobs } from './poll-jobs';
import { askRay, askRayJobs, rayOf } from './ray';
import { askQueue, askSlurm } from './slurm';
import { readQueue } from './slurm-answers';

/**
 * Takes the job of a run from its engine, at once; false if it had ended already. Throws, with nothing cancelled, if the engine does not
 * list it or if its number is that of another job. An answer that was given after `since` (Unix ms) is new enough.
 */
export async function cancelJob(dir: string, since = Date.now()): Promise<boolean> {
  const run = await requireActable(dir);
  await pollJobs([dir], since);
  const job = await readJob(dir);
  if (!job || !isOpenJob(job)) return false;
  if (job.kind === 'ray') await stopInRay(job, run, since);
  else await cancelInSlurm(job, run, since);
  await writeJob(dir, { ...job, state: { kind: 'ended', how: 'cancelled' }, since: Date.now() });
  return true;
}

async function cancelInSlurm(job: JobFile, run: RunFile, since: number): Promise<void> {
  const row = readQueue((await askQueue(since)).own).find(({ id }) => id === job.id);
  if (job.id === undefined || !row) throw notListed(job);
  requireSame(job, row.comment, run);
  await askSlurm('scancel', [job.id]);
}

/** One that waits stays in Ray's list until there is room for it, and does nothing then (`wasTakenBack`). */
async function stopInRay(job: JobFile, run: RunFile, since: number): Promise<void> {
  const place = rayOf(job.target, run.cwd);
  if (!place)
    throw new EngineError(
      words('{0} is not a target of yours any more: nothing was cancelled', job.target),
      false,
    );
  const row = (await askRayJobs(place, since)).rows.find(({ id }) => id === job.id);
  if (job.id === undefined || !row) throw notListed(job);
  requireSame(job, row.runId, run);
  await askRay(place, `/api/jobs/${job.id}/stop`, { method: 'POST' });
}

function notListed({ kind }: JobFile): EngineError {
  return new EngineError(
    words(
      '{0} does not list the job of this run yet: nothing was cancelled, try again in a minute',
      ENGINE_NAMES[kind],
    ),
    true,
  );
}

/** The file is not signed: another job of this user may have been named in it. */
function requireSame({ id = '' }: JobFile, runId: string, run: RunFile): void {
  if (runId !== run.id)
    throw new EngineError(words('job {0} is not the one of this run: nothing was cancelled', id), false);
}
