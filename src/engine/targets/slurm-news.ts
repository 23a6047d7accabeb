import { type JobFile, type JobState, SUBMITTED_WITHIN_MS } from '../../run/job';
import { type JobNews, LISTED_WITHIN_MS, type OpenJob } from './job-news';
import { askQueue, askSlurm, type QueueAnswer } from './slurm';
import { aheadOf, newestOf, type QueueRow, readAccounting, readQueue } from './slurm-answers';

/** What Slurm says of these jobs, all in one call. Throws if it does not answer. */
export async function slurmNews(open: readonly OpenJob[], since: number): Promise<readonly JobNews[]> {
  const answer = await askQueue(since);
  const rows = readQueue(answer.own);
  const waiting = readQueue(answer.pending);
  const found = open.map((of) => ({ of, row: rowOf(of, rows) }));
  const missing = new Set(found.filter(({ of }) => isMissing(of.job, rows, answer)));
  const ends = await accountOf([...missing].map(({ of }) => of));
  return found.flatMap((one): readonly JobNews[] => {
    const { of, row } = one;
    if (row) return [{ of, id: row.id, state: withAhead(row, waiting), t: answer.t }];
    return missing.has(one) ? [{ of, state: lastOf(of.job, ends), t: answer.t }] : [];
  });
}

/** A job whose number was never written down is known by the run that it names; of several the newest. */
function rowOf({ job, run }: OpenJob, rows: readonly QueueRow[]): QueueRow | undefined {
  if (job.id === undefined) return newestOf(run.id, rows);
  return rows.find(({ id, comment }) => id === job.id && comment === run.id);
}

/** The answer must be newer than the job. */
function isMissing(job: JobFile, rows: readonly QueueRow[], { t }: QueueAnswer): boolean {
  if (job.id === undefined) return t > job.submitted + SUBMITTED_WITHIN_MS;
  // Also if it is listed as the job of another run: of this one nothing is known then.
  return !rows.some(({ id }) => id === job.id) && t > job.submitted + LISTED_WITHIN_MS;
}

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
