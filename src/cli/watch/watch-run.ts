import { setInterval as every } from 'node:timers/promises';
import { DisposableStore } from '../../base/disposable';
import { ensureKeeper } from '../../engine/control/ensure-keeper';
import { type LiveRun, openRun } from '../../engine/runs/live-run';
import { untilJobSettled } from '../../engine/targets/in-job';
import { isOwnJob, readJobSync } from '../../engine/targets/job-file';
import { pollJobs } from '../../engine/targets/poll-jobs';
import { isOwnRun } from '../../run/folder/signature';
import { isOpenJob } from '../../run/job';
import { FINAL_STATES } from '../../run/state-names';
import type { CliIo } from '../io';
import { refusalOf } from '../trust';
import type { RunReporter } from './reporter';

export type WatchRunOptions = {
  readonly dir: string;
  readonly reporter: RunReporter;
  /** A status older than this is of an earlier attempt; Unix ms. */
  readonly since?: number;
  /** Is called at each Ctrl-C with its number; returns whether watching goes on. */
  readonly onInterrupt: (count: number, live: LiveRun) => boolean;
  /** A keeper that is started in the place of a lost one ends with this process too. */
  readonly leash?: boolean;
};

export type WatchResult = { readonly live: LiveRun; readonly interrupts: number };

const LOOK_MS = 250;
/** A keeper that dies again and again is not started for ever. */
const MOST_ADOPTIONS = 3;
const PATIENCE_MS = 5000;

/**
 * Watches a run to its end and calls the reporter. If the run's keeper is gone before its work is done, another is
 * started. The live run is returned; the caller disposes of it.
 */
export async function watchRun(io: CliIo, options: WatchRunOptions): Promise<WatchResult> {
  const { reporter } = options;
  const live = await openRun(options.dir, reporter.onEntries);
  const store = new DisposableStore();
  let interrupts = 0;
  let follows = true;
  store.track(
    io.onInterrupt(() => {
      interrupts++;
      follows = options.onInterrupt(interrupts, live) && follows;
    }),
  );
  try {
    const { since = 0, leash = false } = options;
    const isLeft = () => interrupts > 0;
    await untilDone(io, live, { since, follows: () => follows, isLeft, reporter, leash });
    await live.refresh();
    if (follows) reporter.finish(live);
    else reporter.leave();
    return { live, interrupts };
  } catch (error) {
    live.dispose();
    throw error;
  } finally {
    store.dispose();
  }
}

type WatchContext = {
  readonly since: number;
  readonly follows: () => boolean;
  /** A person wants no more of it: what has stopped is not waited for. */
  readonly isLeft: () => boolean;
  readonly reporter: RunReporter;
  readonly leash: boolean;
};

async function untilDone(io: CliIo, live: LiveRun, waiting: WatchContext): Promise<void> {
  const { since, follows } = waiting;
  if (hasJobApart(live)) return untilJobDone(live, waiting);
  const adopt = createAdopter(io, live, waiting);
  for await (const _ of every(LOOK_MS)) {
    if (!follows() || isSettled(live, since)) return;
    if ((await isLeftAlone(live, since)) && !(await adopt())) return;
  }
}

/** What keeps it is a job, of which this process is not. */
const hasJobApart = ({ dir, state: { run } }: LiveRun): boolean =>
  run?.target !== undefined && !isOwnJob(readJobSync(dir) ?? {});

/** Its engine is asked, and nothing is started in its place. */
async function untilJobDone(live: LiveRun, { follows, isLeft }: WatchContext): Promise<void> {
  let turns = 0;
  for await (const _ of every(LOOK_MS)) {
    if (turns++ % JOB_TURNS === 0) await pollJobs([live.dir]);
    if (!follows() || (await isJobOver(live, isLeft))) return;
  }
}

/** The last word of a run may be newer than the last poll, and that of its engine newer still: it may begin the job again. */
async function isJobOver(live: LiveRun, isLeft: () => boolean): Promise<boolean> {
  if (!isJobDone(live)) return false;
  await untilJobSettled(live.dir, () => !isLeft());
  await live.refresh();
  return isJobDone(live);
}

/** pollJobs asks its engine less often than in so many turns. */
const JOB_TURNS = 8;

function isJobDone({ dir, presence: { state } }: LiveRun): boolean {
  if (!FINAL_STATES.has(state)) return false;
  const job = readJobSync(dir);
  return state !== 'lost' || !job || !isOpenJob(job);
}

/** Starts a keeper for a run that lost its own; false after too many tries, or if the run is another user's. */
function createAdopter(io: CliIo, live: LiveRun, { reporter, leash }: WatchContext): () => Promise<boolean> {
  let started = 0;
  let patientUntil = 0;
  return async () => {
    // Until its first status a new keeper looks like the old one: gone.
    if (Date.now() < patientUntil) return true;
    if (started === MOST_ADOPTIONS) return false;
    if (!(await isOwnRun(live.dir))) {
      reporter.note(await refusalOf(live.dir));
      return false;
    }
    const outcome = await ensureKeeper(live.dir, { installDir: io.installDir, leash });
    if (outcome === 'started') started++;
    patientUntil = Date.now() + PATIENCE_MS;
    return true;
  };
}

/** The keeper has written its last status. */
function isSettled(live: LiveRun, since: number): boolean {
  const { status } = live.state;
  return status !== undefined && FINAL_STATES.has(status.state) && status.heartbeat >= since;
}

/** The last status of a keeper that has ended may be newer than the last poll: the next turn sees it. */
async function isLeftAlone(live: LiveRun, since: number): Promise<boolean> {
  if (!keeperIsGone(live, since)) return false;
  await live.refresh();
  return !isSettled(live, since);
}

function keeperIsGone(live: LiveRun, since: number): boolean {
  const { keeperAlive, where, state } = live.presence;
  if (keeperAlive || where === 'elsewhere' || state === 'starting') return false;
  const status = live.state.status;
  return status === undefined || status.heartbeat >= since;
}
