import { isDeepStrictEqual } from 'node:util';
import { mapPool } from '../../base/async';
import { readRun } from '../../run/folder/read';
import { isOwnRun } from '../../run/folder/signature';
import { isOpenJob, type JobFile } from '../../run/job';
import { EngineError } from './engine-error';
import { readJob, writeJob } from './job-file';
import type { JobNews, OpenJob } from './job-news';
import { rayNews } from './ray-news';
import { recently } from './shared-answer';
import { slurmNews } from './slurm-news';

/**
 * Asks the engines about the jobs of these runs of the user's own, each about all in one call and not more often than it may be
 * asked, and writes what has changed into their folders. Returns whether anything has. An engine that does not answer changes nothing.
 */
export async function pollJobs(dirs: readonly string[], since = recently()): Promise<boolean> {
  const open = (await mapPool(dirs, AT_ONCE, openJobOf)).filter((one) => one !== undefined);
  const of = (kind: JobFile['kind']): readonly OpenJob[] => open.filter(({ job }) => job.kind === kind);
  const news = await Promise.all([
    newsFrom(slurmNews, of('slurm'), since),
    newsFrom(rayNews, of('ray'), since),
  ]);
  return (await mapPool(news.flat(), AT_ONCE, update)).includes(true);
}

const AT_ONCE = 16;

async function openJobOf(dir: string): Promise<OpenJob | undefined> {
  const job = await readJob(dir);
  if (!job || !isOpenJob(job) || !(await isOwnRun(dir))) return undefined;
  return { dir, job, run: await readRun(dir) };
}

async function newsFrom(
  ask: typeof slurmNews,
  open: readonly OpenJob[],
  since: number,
): Promise<readonly JobNews[]> {
  if (open.length === 0) return [];
  return ask(open, since).catch((error: unknown) => {
    if (error instanceof EngineError) return [];
    throw error;
  });
}

/** As of the moment at which its engine was asked: what the job itself has written since is newer, and stays. */
async function update({ of: { dir, job }, t, ...now }: JobNews): Promise<boolean> {
  const isSameKind = job.state.kind === now.state.kind;
  const next: JobFile = { ...job, ...now, since: isSameKind ? job.since : Math.max(t, job.submitted) };
  if (isDeepStrictEqual(job, next) || !isDeepStrictEqual(job, await readJob(dir))) return false;
  await writeJob(dir, next);
  return true;
}
