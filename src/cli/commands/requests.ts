import { Command } from '@commander-js/extra-typings';
import { sleep, toError } from '../../base/async';
import { answerSeconds, askAndWait } from '../../engine/control/ask';
import { openRun } from '../../engine/runs/live-run';
import type { Presence } from '../../engine/runs/presence';
import { viewRun } from '../../engine/runs/view-run';
import { endJob } from '../../engine/targets/end-job';
import { isKeptByJob } from '../../engine/targets/job-file';
import { type ControlRequest, TRAINER_REQUESTS } from '../../run/requests';
import { FINAL_STATES } from '../../run/state-names';
import type { Cli } from '../cli';
import { badInput, CliFailure, type ExitCode } from '../failure';
import { type CliIo, printLine } from '../io';
import { resumeOrRefuse, TAKE_OVER } from '../resume';
import { resolveWholeRun } from '../run-reference';
import { requireActing, TRUST } from '../trust';

const LOOK_MS = 100;

export const RUN = ['<run>', 'run folder, a name under runs/, or latest'] as const;
export const RUNS = ['--runs <dir>', 'folder of the runs', 'runs'] as const;

/** A command that acts on one run. */
export function actingCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .argument(...RUN)
    .option(...RUNS)
    .option(...TRUST);
}

export function stopCommand({ io, run }: Cli) {
  return new Command('stop')
    .description('stop a run at its next batch and wait until no process of it is left')
    .argument(...RUN)
    .option(...RUNS)
    .option('--after-epoch', 'let the running epoch end first; does not wait')
    .option(...TRUST)
    .action(
      run(async (text, { runs, afterEpoch, trust }) => {
        const dir = resolveWholeRun(io, text, runs);
        if (afterEpoch) await ask(io, dir, { type: 'stop_after_epoch' }, trust);
        else if (await isKeptByJob(dir)) await stopJob(io, dir, trust);
        else await ask(io, dir, { type: 'stop' }, trust);
        return afterEpoch ? 0 : printEnd(io, dir);
      }),
    );
}

/** Asks the run first; a job whose run does not end is taken from its engine. */
async function stopJob(io: CliIo, dir: string, trust?: boolean): Promise<void> {
  const asked = await ask(io, dir, { type: 'stop' }, trust).catch((error: unknown) => toError(error));
  if (await endJob(dir, asked instanceof Error ? 0 : undefined))
    printLine(io.stdout, 'it did not end by itself: its job was cancelled');
}

export function pauseCommand({ io, run }: Cli) {
  return actingCommand(
    'pause',
    'write a checkpoint and end the trainer, so that the device is free; continue goes on',
  ).action(
    run(async (text, { runs, trust }) => {
      const dir = resolveWholeRun(io, text, runs);
      await ask(io, dir, { type: 'pause' }, trust);
      return printEnd(io, dir);
    }),
  );
}

export function continueCommand({ io, run }: Cli) {
  return new Command('continue')
    .description('resume a paused or stopped run in the same folder; does not wait')
    .argument(...RUN)
    .option(...RUNS)
    .option(...TAKE_OVER)
    .option(...TRUST)
    .action(
      run(async (text, { runs, takeOver, trust }) => {
        const dir = resolveWholeRun(io, text, runs);
        await resumeOrRefuse(io, dir, { takeOver, trust });
        printLine(io.stdout, `goes on: ${dir}`);
        return 0;
      }),
    );
}

/** Sends a request, prints the answer, and fails with it if the run refuses. */
export async function ask(io: CliIo, dir: string, request: ControlRequest, trust?: boolean): Promise<void> {
  await requireAsking(io, dir, request, trust);
  const answer = await askAndWait(dir, request, { installDir: io.installDir, from: 'cli' }).catch(
    (error: unknown) => {
      throw badInput(toError(error).message, error);
    },
  );
  if (answer === undefined)
    throw new CliFailure(1, `${dir}: no answer to ${request.type} in ${answerSeconds(request)} s`);
  if (!answer.ok) throw new CliFailure(1, `${dir}: ${answer.message}`);
  printLine(io.stdout, answer.message);
}

/** Throws one line if the run may not be acted on, or has ended and the request is for a trainer. */
export async function requireAsking(
  io: CliIo,
  dir: string,
  request: ControlRequest,
  trust?: boolean,
): Promise<void> {
  await requireActing(io, dir, trust);
  await refuseWhereFinal(dir, request);
}

async function refuseWhereFinal(dir: string, request: ControlRequest): Promise<void> {
  if (!TRAINER_REQUESTS.has(request.type)) return;
  const live = await viewRun(dir);
  const { state, where, note } = live.presence;
  // A job's node sees the same folder.
  if (where === 'elsewhere' && live.state.run?.target === undefined)
    throw badInput(`${dir}: ${note}; ask there`);
  if (FINAL_STATES.has(state)) throw badInput(`${dir}: is ${state}${note ? ` (${note})` : ''}`);
}

async function printEnd(io: CliIo, dir: string): Promise<ExitCode> {
  const { state, note } = await untilSettled(dir);
  printLine(io.stdout, `${state}${note ? `: ${note}` : ''}`);
  return 0;
}

/** Waits until a run has ended, or until no process is left to finish it. */
export async function untilSettled(dir: string): Promise<Presence> {
  const live = await openRun(dir);
  try {
    for (;;) {
      const { state, keeperAlive } = live.presence;
      // Liveness is newer than the last poll: what a keeper that has ended wrote last is read before it is judged.
      const isOver = FINAL_STATES.has(state) && !keeperAlive;
      if (isOver) await live.refresh();
      if (isOver) return live.presence;
      await sleep(LOOK_MS);
      await live.refresh();
    }
  } finally {
    live.dispose();
  }
}
