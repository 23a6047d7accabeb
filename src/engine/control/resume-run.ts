import { sleep } from '../../base/async';
import { createTranslate } from '../../base/translate';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { formatDuration } from '../../domain/display/format';
import type { ProcessIdentity, RunFile, StatusFile } from '../../run/files';
import { requireActable } from '../../run/folder/ownership';
import { readStatus } from '../../run/folder/read';
import { carriesRun, type RunMark } from '../process/run-environment';
import { livesForRun, markOf, trainersOfRun } from '../process/run-processes';
import { isKeptByJob } from '../targets/job-file';
import { ensureKeeper, type HostOptions } from './ensure-keeper';
import { disownKeeper, readOwner } from './lock';

const plain = createTranslate();

export type ResumeOptions = HostOptions & {
  /** A person states that the machine, container or boot that kept the run is gone for good. */
  readonly takeOver?: boolean;
};

/** Another process keeps or trains the run: it may be asked again later. */
export class StillKept extends WordedError {
  override name = 'StillKept';
}

/** The run is kept on another machine, container or boot, about which nothing can be known here. */
export class KeptOnOtherMachine extends StillKept {
  override name = 'KeptOnOtherMachine';

  /** `unseenSeconds` is undefined if it is not known when the keeper last wrote. */
  constructor(
    readonly host: string,
    readonly unseenSeconds: number | undefined,
  ) {
    super(
      unseenSeconds === undefined
        ? words(
            'run is kept on {0}, last seen at an unknown time: resume it there, or take it over if that one is gone',
            host,
          )
        : words(
            'run is kept on {0}, last seen {1} ago: resume it there, or take it over if that one is gone',
            host,
            formatDuration(unseenSeconds, plain),
          ),
    );
  }
}

/**
 * Resumes a run in the same folder, from its last checkpoint. Throws `StillKept` if a trainer of the run is alive,
 * and `KeptOnOtherMachine` if another machine, container or boot keeps it and the take-over was not approved.
 */
export async function resumeRun(runDir: string, options: ResumeOptions): Promise<void> {
  const run = await requireActable(runDir);
  await refuseBesideJob(runDir, run);
  const status = await readStatus(runDir);
  refuseWhileTraining(run.name, markOf(runDir, run), status);
  const owner = readOwner(runDir);
  if (owner.kind === 'elsewhere') {
    const seen = status?.heartbeat ?? 0;
    const unseen = status ? (Date.now() - seen) / 1000 : undefined;
    if (!options.takeOver) throw new KeptOnOtherMachine(owner.identity.host, unseen);
    disownKeeper(runDir, seen, Date.now());
  }
  if (owner.kind === 'alive') await endPreviousKeeper(runDir, owner.identity, markOf(runDir, run));
  const outcome = await ensureKeeper(runDir, options, 'resume');
  if (outcome !== 'started')
    throw new StillKept(words('run {0} was taken by another keeper just now', run.name));
  await untilTakenUp(runDir, status);
}

/** Throws `StillKept` if a job keeps the run. */
export async function refuseBesideJob(runDir: string, { target, name }: RunFile): Promise<void> {
  if (target === undefined || !(await isKeptByJob(runDir))) return;
  throw new StillKept(words('a job of {0} keeps run {1}: stop it first', target, name));
}

/** A keeper writes its heartbeat every second or two; one that is silent for so long is gone, frozen or cut off. */
const SILENT_MS = 60_000;

/** Waits and sees whether the heartbeat of a run that is kept elsewhere stands still. Compares no two machines' clocks. */
export async function isSilent(runDir: string, forMs = SILENT_MS): Promise<boolean> {
  const beat = async (): Promise<number | undefined> => (await readStatus(runDir))?.heartbeat;
  const first = await beat();
  for (const begun = performance.now(); performance.now() - begun < forMs; ) {
    await sleep(1000);
    if ((await beat()) !== first) return false;
  }
  return true;
}

const POLL_MS = 50;
const MOST_POLLS = 200;

/**
 * Until the new keeper has written its first status: a stop that follows at once would otherwise be refused, because
 * the run still says that it has ended. A keeper that cannot write one reports the reason elsewhere.
 */
export async function untilTakenUp(runDir: string, before: StatusFile | undefined): Promise<void> {
  for (let polls = 0; polls < MOST_POLLS; polls++) {
    const now = await readStatus(runDir);
    if (now && now.keeper?.pid !== before?.keeper?.pid) return;
    await sleep(POLL_MS);
  }
}

function refuseWhileTraining(name: string, mark: RunMark, status: StatusFile | undefined): void {
  const living = livesForRun(status?.trainer, mark) ? status.trainer : trainersOfRun(mark)[0];
  if (living)
    throw new StillKept(
      words('run {0} is still training (process {1}): stop or pause it first', name, living.pid),
    );
}

/** The trainer is gone and the keeper still validates: it ends in good order, and its successor finishes the rest. */
async function endPreviousKeeper(runDir: string, identity: ProcessIdentity, mark: RunMark): Promise<void> {
  const { pid } = identity;
  if (!(await carriesRun(pid, mark)))
    throw new WordedError(words('process {0}, which {1} names, is not its keeper', pid, runDir));
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 100; tries++) {
    if (readOwner(runDir).kind !== 'alive') return;
    await sleep(100);
  }
  throw new WordedError(words('the keeper of {0} (process {1}) does not release the run', runDir, pid));
}
