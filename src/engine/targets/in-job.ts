import os from 'node:os';
import { sleep } from '../../base/async';
import { inEnglish, type Words, words } from '../../base/words';
import type { StatusFile } from '../../run/files';
import { readStatus } from '../../run/folder/read';
import { isOpenJob, type JobFile } from '../../run/job';
import { FINAL_STATES } from '../../run/state-names';
import { isOwnJob, ownJob, readJob, readJobSync, writeJob } from './job-file';
import { pollJobs } from './poll-jobs';

// What a job writes of itself: hosts need not wait for the next answer of its engine.

/** This process is of the run's job, which has begun. */
export async function noteBegin(dir: string): Promise<void> {
  await note(dir, { state: { kind: 'running', node: os.hostname() }, since: Date.now() });
}

/** The run has ended by itself, and the job does with it. What its engine ended may be begun again by it. */
export async function noteEnd(dir: string, code: number): Promise<void> {
  const how = code === 0 ? 'completed' : 'failed';
  await note(dir, { state: { kind: 'ended', how, code }, since: Date.now() });
}

async function note(dir: string, news: Pick<JobFile, 'state' | 'since'>): Promise<void> {
  const job = await readJob(dir);
  const id = ownJob();
  if (job && id !== undefined && isOwnJob(job)) await writeJob(dir, { ...job, id, ...news });
}

/** Ray does not forget a job that waits and is stopped: once there is room for it, it begins all the same. */
export async function wasTakenBack(dir: string): Promise<boolean> {
  const job = await readJob(dir);
  return job?.kind === 'ray' && isOwnJob(job) && !isOpenJob(job);
}

/** The reason of a stop that the engine asks for. */
const ENGINE_STOPS: Readonly<Record<JobFile['kind'], Words>> = {
  slurm: words('Slurm ended its job: time limit, preemption or scancel'),
  ray: words('Ray ended its job: stopped, or what it ran on failed'),
};

/** Why a run is stopped by a signal to its job, or with it. */
export function askedByEngine(dir: string): { readonly why?: Words } {
  const job = readJobSync(dir);
  return job && isOwnJob(job) ? { why: ENGINE_STOPS[job.kind] } : {};
}

const CUT_SHORT: ReadonlySet<string> = new Set(['timeout', 'node_fail', 'preempted']);

/** Whether a run can only have ended because its engine did, or never began: it may be handed over once more, or its engine goes on with it. */
export async function wasCutShort(dir: string): Promise<boolean> {
  const job = await readJob(dir);
  if (!job) return false;
  const status = await readStatus(dir);
  if (isOpenJob(job)) return goesOn(job, status);
  if (status?.state === 'completed') return false;
  if (job.state.kind !== 'ended')
    return status === undefined || !FINAL_STATES.has(status.state) || isByEngine(job, status);
  return CUT_SHORT.has(job.state.how) || (job.state.how === 'failed' && isByEngine(job, status));
}

/** Its engine lists the job still, or again, whose keeper may have said so since the end was seen. */
const goesOn = (job: JobFile, status: StatusFile | undefined): boolean =>
  status !== undefined &&
  (!FINAL_STATES.has(status.state) || (isByEngine(job, status) && !isOfNow(job, status)));

/**
 * A run that its engine ends says so before the engine lists how it ended, or that it begins the job again: that is waited for, and
 * asked no more often than by others.
 */
export async function untilJobSettled(dir: string, isAwaited: () => boolean): Promise<void> {
  for (let looks = MOST_LOOKS; looks > 0 && isAwaited() && (await isEnding(dir)); looks--) {
    await pollJobs([dir]);
    await sleep(LOOK_MS);
  }
}

const LOOK_MS = 1000;
/** As long as a sweep waits for an engine that does not answer. */
const MOST_LOOKS = 900;

async function isEnding(dir: string): Promise<boolean> {
  const job = await readJob(dir);
  if (!job || !isOpenJob(job)) return false;
  const status = await readStatus(dir);
  return isByEngine(job, status) && isOfNow(job, status);
}

/** Whether the run's last word came after its job was last begun, or put back into the queue. */
const isOfNow = ({ since }: JobFile, status: StatusFile | undefined): boolean =>
  status !== undefined && status.heartbeat >= since;

const isByEngine = ({ kind }: JobFile, status: StatusFile | undefined): boolean =>
  status?.state === 'stopped' && status.reason === inEnglish(ENGINE_STOPS[kind]);
