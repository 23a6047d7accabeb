import type { StatusFile } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { runPaths } from '../../run/folder/paths';
import { readStatus } from '../../run/folder/read';
import { readJsonFile, readJsonFileSync, writeJson } from '../../run/folder/whole-file';
import { isOpenJob, type JobFile, zJobFile } from '../../run/job';
import { FINAL_STATES } from '../../run/state-names';

const RULE = { most: MOST_BYTES.job };

/** The job of a run; undefined before there was one, or of a run of this machine. */
export const readJob = (dir: string): Promise<JobFile | undefined> =>
  readJsonFile(runPaths(dir).job, zJobFile, RULE);

export const readJobSync = (dir: string): JobFile | undefined =>
  readJsonFileSync(runPaths(dir).job, zJobFile, RULE);

export const writeJob = (dir: string, job: JobFile): Promise<void> =>
  writeJson(runPaths(dir).job, job, { root: dir });

/** The job that this process is part of: by its name in Ray, which may run in a job of Slurm itself, or its number in Slurm. */
export const ownJob = (): string | undefined => process.env.PITWALL_JOB ?? process.env.SLURM_JOB_ID;

/** Whether a process is of the very job of a run, whose number may not be written down yet. */
export const isOwnJob = ({ id }: Pick<JobFile, 'id'>, own = ownJob()): boolean =>
  own !== undefined && (id === undefined || id === own);

/**
 * Whether a job keeps the run or is about to, and this process is not of that job: no keeper is started beside it. One whose run
 * has ended since it began has only to leave.
 */
export async function isKeptByJob(dir: string): Promise<boolean> {
  const job = await readJob(dir);
  if (!job || !isOpenJob(job) || isOwnJob(job)) return false;
  return job.state.kind !== 'running' || !hasEndedSince(await readStatus(dir), job);
}

/** Whether the run's last word is of this job and not of one before. */
export const hasEndedSince = (status: StatusFile | undefined, { since }: JobFile): boolean =>
  status !== undefined && FINAL_STATES.has(status.state) && status.heartbeat >= since;
