import { toError } from '../../base/async';
import { askRun } from '../../engine/control/ask';
import { stopQueued } from '../../engine/control/stop-queued';
import { carriesRun } from '../../engine/process/run-environment';
import { livesForRun, markOf, trainersOfRun } from '../../engine/process/run-processes';
import { kill } from '../../engine/process/stop-ladder';
import type { LiveRun } from '../../engine/runs/live-run';
import { cancelJob } from '../../engine/targets/cancel-job';
import { askedByEngine } from '../../engine/targets/in-job';
import { isOwnJob, readJobSync } from '../../engine/targets/job-file';
import type { RunReporter } from './reporter';

/** Ctrl-C of `train`: the first asks the run to stop and waits, the second kills it, the third leaves. */
export function stopOnInterrupt(reporter: RunReporter): (count: number, live: LiveRun) => boolean {
  return (count, live) => {
    if (count === 1) {
      reporter.note(stoppingNote(live));
      stopRun(live).catch((error) => {
        reporter.note(`the run could not be sent the stop request: ${toError(error).message}`);
      });
    } else if (count === 2) {
      reporter.note(live.state.run?.follows ? 'killing the reader' : 'killing the run');
      killTrainers(live).catch((error) => {
        reporter.note(`the run could not be killed: ${toError(error).message}`);
      });
    }
    return count < 3;
  };
}

/** One that waits for its job is not asked, it is taken out of the queue. */
async function stopRun({ dir }: LiveRun): Promise<void> {
  if (!(await stopQueued(dir))) await askRun(dir, { type: 'stop', ...askedByEngine(dir) }, 'cli');
}

/** For a followed run only its reader is ended; its own processes are not touched. */
export function stoppingNote({ state: { run } }: Pick<LiveRun, 'state'>): string {
  return run?.follows
    ? 'the following ends; Ctrl-C again kills its reader'
    : 'stopping after this batch; Ctrl-C again kills the run';
}

/** Only processes of this run; the keeper stays and records how it ended. */
async function killTrainers(live: LiveRun): Promise<void> {
  const { run, status } = live.state;
  if (run === undefined) return;
  if (run.target !== undefined && !isOwnJob(readJobSync(live.dir) ?? {})) {
    await cancelJob(live.dir);
    return;
  }
  const mark = markOf(live.dir, run);
  const pids = new Set(trainersOfRun(mark).map(({ pid }) => pid));
  if (livesForRun(status?.trainer, mark)) pids.add(status.trainer.pid);
  for (const pid of pids) if (await carriesRun(pid, mark)) await kill([pid]);
}
