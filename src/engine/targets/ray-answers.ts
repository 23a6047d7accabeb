import * as z from 'zod';
import { RUN_OF_JOB } from '../../domain/targets/ray-request';
import { type JobState, SUBMISSION, zJobState } from '../../run/job';

/** A job of ours, as Ray lists it. */
export const zRayRow = z.object({
  id: z.string(),
  /** The run's id. */
  runId: z.string(),
  state: zJobState,
});
export type RayRow = z.infer<typeof zRayRow>;

// https://docs.ray.io/en/latest/cluster/running-applications/job-submission/api.html
const zListed = z.looseObject({
  submission_id: z.string().regex(SUBMISSION),
  status: z.string(),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  driver_exit_code: z.number().int().nullish(),
  driver_agent_http_address: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
type ListedJob = z.infer<typeof zListed>;

/** The jobs of ours in an answer to `GET /api/jobs/`; what is not one of them is left out. */
export function readJobs(answer: unknown): readonly RayRow[] {
  return Array.isArray(answer) ? answer.flatMap((one) => readListed(one) ?? []) : [];
}

/** A job of ours in an answer to `GET /api/jobs/ID`. */
export function readListed(answer: unknown): RayRow | undefined {
  const job = zListed.safeParse(answer).data;
  const runId = job?.metadata?.[RUN_OF_JOB];
  return job && runId !== undefined ? { id: job.submission_id, runId, state: stateOf(job) } : undefined;
}

const MOST_LETTERS = 200;

export const WAITING = 'waiting for resources';

function stateOf(job: ListedJob): JobState {
  switch (job.status) {
    case 'PENDING':
      return { kind: 'queued', reason: reasonOf(job.message ?? '') };
    case 'SUCCEEDED':
      return { kind: 'ended', how: 'completed' };
    case 'STOPPED':
      return { kind: 'ended', how: 'cancelled' };
    case 'FAILED':
      return failed(job);
    default:
      return { kind: 'running', node: hostOf(job.driver_agent_http_address ?? '') };
  }
}

/** Ray guesses: "Job has not started yet. It may be waiting for resources (CPUs, ...) to become available. It may be ...". */
const reasonOf = (message: string): string =>
  message === '' || message.includes(WAITING) ? WAITING : message.slice(0, MOST_LETTERS);

function hostOf(address: string): string {
  return (URL.canParse(address) ? new URL(address).hostname : '').slice(0, MOST_LETTERS);
}

/** The process that Ray keeps a job by died, with its node or by itself: the job did not fail. */
const LOST_ITS_NODE = new Set(['JOB_SUPERVISOR_ACTOR_DIED', 'JOB_SUPERVISOR_ACTOR_UNKNOWN_FAILURE']);

function failed({ error_type: type, driver_exit_code: code, message }: ListedJob): JobState {
  if (type === 'JOB_SUPERVISOR_ACTOR_START_TIMEOUT') return { kind: 'ended', how: 'timeout' };
  if (LOST_ITS_NODE.has(type ?? '')) return { kind: 'ended', how: 'node_fail' };
  const printed = lastLine(message ?? '');
  return {
    ...{ kind: 'ended', how: 'failed' },
    ...(typeof code === 'number' && { code }),
    ...(printed !== '' && { printed }),
  };
}

/** What Ray writes into the log of every job itself. */
const RAYS_OWN = /^Running entrypoint for job|Runtime env is setting up|last available logs/;

function lastLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return (lines.findLast((line) => line !== '' && !RAYS_OWN.test(line)) ?? '').slice(0, MOST_LETTERS);
}
