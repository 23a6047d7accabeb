import { isDeepStrictEqual } from 'node:util';
import { mapPool } from '../../base/async';
import { readRun } from '../../run/folder/read';
import { isOwnRun } from '../../run/folder/signature';
import { isOpenJob, type JobFile, type JobState, SUBMITTED_WITHIN_MS } from '../../run/job';
import { readJob, writeJob } from './job-file';
import { ASKED_EVERY_MS, askQueue, askSlurm, type QueueAnswer, SlurmError } from './slurm';
import { aheadOf, newestOf, type QueueRow, readAccounting, readQueue } from './slurm-answers';

type OpenJob = { readonly dir: string; readonly runId: string; readonly job: JobFile };

/**
 * Asks Slurm about the jobs of these runs of the user's own, all in one call and not more often than it may be asked, and writes
 * what has changed into their folders. Returns whether anything has. A controller that does not answer changes nothing.
 */
export async function pollJobs(dirs: readonly string[], olderThan = ASKED_EVERY_MS): Promise<boolean> {
  const open = (await mapPool(dirs, AT_ONCE, openJobOf)).filter((one) => one !== undefined);
  if (open.length === 0) return false;
  const answer = await askQueue(olderThan).catch((error: unknown) => {
    if (error instanceof SlurmError) return undefined;
    throw error;
  });
  if (!answer) return false;
  const rows = readQueue(answer.own);
  const waiting = readQueue(answer.pending);
  const found = open.map((one) => ({ ...one, row: rowOf(one, rows) }));
  const missing = new Set(found.filter(({ job }) => isMissing(job, rows, answer)));
  const ends = await accountOf([...missing]);
  const changed = await mapPool(found, AT_ONCE, async (one) => {
    const { row, job } = one;
    if (row) return update(one, { id: row.id, state: withAhead(row, waiting) }, answer);
    return missing.has(one) ? update(one, { state: lastOf(job, ends) }, answer) : false;
  });
  return changed.includes(true);
}

const AT_ONCE = 16;

async function openJobOf(dir: string): Promise<OpenJob | undefined> {
  const job = await readJob(dir);
  if (!job || !isOpenJob(job) || !(await isOwnRun(dir))) return undefined;
  return { dir, job, runId: (await readRun(dir)).id };
}

/** A job whose number was never written down is known by the run that it names; of several the newest. */
function rowOf({ job, runId }: OpenJob, rows: readonly QueueRow[]): QueueRow | undefined {
  if (job.id === undefined) return newestOf(runId, rows);
  return rows.find(({ id, comment }) => id === job.id && comment === runId);
}

/** The answer must be newer than the job, with room for a controller that is slow to list it. */
function isMissing(job: JobFile, rows: readonly QueueRow[], { t }: QueueAnswer): boolean {
  if (job.id === undefined) return t > job.submitted + SUBMITTED_WITHIN_MS;
  // Also if it is listed as the job of another run: of this one nothing is known then.
  return !rows.some(({ id }) => id === job.id) && t > job.submitted + LISTED_WITHIN_MS;
}

const LISTED_WITHIN_MS = 5000;

/** How jobs ended that the queue does not list any more; a cluster without accounting does not know. */
async function accountOf(missing: readonly OpenJob[]): Promise<ReadonlyMap<string, JobState>> {
  const ids = missing.flatMap(({ job }) => job.id ?? []);
  if (ids.length === 0) return new Map();
  try {
    const format = 'JobIDRaw,State,ExitCode';
    return readAccounting(await askSlurm('sacct', ['-n', '-P', '-X', '-j', ids.join(','), '-o', format]));
  } catch {
    return new Map();
  }
}

const lastOf = ({ id = '' }: JobFile, ends: ReadonlyMap<string, JobState>): JobState =>
  ends.get(id) ?? { kind: 'gone' };

function withAhead(row: QueueRow, waiting: readonly QueueRow[]): JobState {
  return row.state.kind === 'queued' ? { ...row.state, ahead: aheadOf(row, waiting) } : row.state;
}

/** As of the moment at which Slurm was asked: what the job itself has written since is newer, and stays. */
async function update(
  { dir, job }: OpenJob,
  now: { readonly id?: string; readonly state: JobState },
  { t }: QueueAnswer,
): Promise<boolean> {
  const isSameKind = job.state.kind === now.state.kind;
  const next: JobFile = { ...job, ...now, since: isSameKind ? job.since : Math.max(t, job.submitted) };
  if (isDeepStrictEqual(job, next) || !isDeepStrictEqual(job, await readJob(dir))) return false;
  await writeJob(dir, next);
  return true;
}
