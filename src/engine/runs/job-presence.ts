import { inEnglish, type Words } from '../../base/words';
import type { StatusFile } from '../../run/files';
import { isOpenJob, type JobFile, jobSentence, STATE_OF_END, SUBMITTED_WITHIN_MS } from '../../run/job';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';

/** What of a presence a job may change. */
type SeenState = {
  readonly state: RunStateName;
  readonly where: 'here' | 'elsewhere' | 'unknown';
  readonly keeperAlive: boolean;
  readonly trainerAlive: boolean;
  readonly note?: string;
  readonly said?: Words;
};

export type KnownJob = {
  readonly job: JobFile;
  readonly status: StatusFile | undefined;
  readonly now: number;
};

/** The presence of a run that a job keeps: what its engine says counts if the run's own files are of before, or silent. */
export function withJob<P extends SeenState>(presence: P, known: KnownJob): P {
  const seen = besideJob(presence, known);
  const { job, status } = known;
  // Its processes are stopped, here or on its node: they neither write nor end.
  const state = seen.state === 'lost' ? (status?.state ?? seen.state) : seen.state;
  const isSuspended = job.state.kind === 'running' && job.state.isSuspended === true;
  return isSuspended && !FINAL_STATES.has(state) ? { ...seen, state, ...noted(jobSentence(job)) } : seen;
}

function besideJob<P extends SeenState>(presence: P, { job, status, now }: KnownJob): P {
  if (presence.keeperAlive || presence.trainerAlive) return presence;
  if (!isOpenJob(job)) return afterJob(presence, job);
  const isOfBefore = status === undefined || status.heartbeat < job.since;
  return isOfBefore && mayBegin({ job, status, now }) ? starting(presence, job) : presence;
}

/** A job that runs has begun unless the run's last word is an end. */
function mayBegin({ job: { state, submitted }, status, now }: KnownJob): boolean {
  if (state.kind === 'submitting') return now - submitted < SUBMITTED_WITHIN_MS;
  return state.kind === 'queued' || status === undefined || FINAL_STATES.has(status.state);
}

const noted = (said: Words): Pick<SeenState, 'note' | 'said'> => ({ note: inEnglish(said), said });

function starting<P extends SeenState>(presence: P, job: JobFile): P {
  return { ...presence, state: 'starting', where: 'elsewhere', ...noted(jobSentence(job)) };
}

/** The run's own word counts; a stop that the engine asked for is explained by it. */
function afterJob<P extends SeenState>(presence: P, job: JobFile): P {
  const how = job.state.kind === 'ended' ? job.state.how : undefined;
  const said = noted(jobSentence(job));
  if (presence.state === 'stopped' && how !== undefined && EXPLAINS.has(how)) return { ...presence, ...said };
  if (FINAL_STATES.has(presence.state) && presence.state !== 'lost') return presence;
  return { ...presence, state: how === undefined ? 'lost' : STATE_OF_END[how], ...said };
}

const EXPLAINS: ReadonlySet<string> = new Set(['cancelled', 'timeout', 'preempted', 'node_fail']);
