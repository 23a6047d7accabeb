import { fstatSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import { readRun, readStatus } from '../../run/folder/read';
import { loadExperiment } from '../experiment';
import { badInput } from '../failure';
import { type CliIo, printLine } from '../io';
import { resumeOnceSilent } from '../resume';
import { isRunFolder } from '../run-reference';
import { runsFolder, type StartedRun, type StartRequest, startTraining } from './start';

// What `train` does inside someone else's job: an engine ends, kills and starts again what it started.

/** A job that is started again, after a preemption say, goes on with the run that it began; at first it starts it. */
export async function resumeOrStart(io: CliIo, request: StartRequest): Promise<StartedRun> {
  if (request.name === undefined)
    throw badInput('pitwall: --resume-or-start needs --name: it is what the run is found by');
  const file = path.resolve(io.cwd, request.config);
  const dir = path.join(runsFolder(io, file, request.runs), request.name);
  if (!isRunFolder(dir)) return startTraining(io, request);
  await printChange(io, dir, request);
  const since = (await isCompleted(dir)) ? 0 : Date.now();
  if (since > 0) await resumeOnceSilent(io, dir, request);
  return { dir, warnings: [], since, leash: request.leash === true };
}

/** The run goes on as it was started; someone may have meant something else. */
async function printChange(io: CliIo, dir: string, request: StartRequest): Promise<void> {
  const { experiment } = loadExperiment(io, request.config, request.set);
  const before = (await readRun(dir)).experiment.resolved;
  // As it would be read back: the file knows no undefined.
  if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(experiment)))) return;
  printLine(
    io.stderr,
    `${request.config}: the run ${request.name} goes on as it was started, with other settings than these`,
  );
}

/** What was trained to its end is shown, not trained further. */
async function isCompleted(dir: string): Promise<boolean> {
  return (await readStatus(dir))?.state === 'completed';
}

/**
 * The same command line, for which the end of stdin is a Ctrl-C too: who started it holds the other end, and is gone. Only of a
 * pipe or socket: a batch job's stdin is /dev/null, at its end from the start.
 */
export function onLeash(io: CliIo): CliIo {
  if (!isHeldByAnother(io.stdin.fd)) return io;
  const ended = new Emitter<void>();
  io.stdin.once('end', () => ended.fire());
  io.stdin.once('error', () => ended.fire());
  io.stdin.resume();
  const onInterrupt: Event<void> = (listener) => {
    const store = new DisposableStore();
    store.track(io.onInterrupt(listener));
    store.track(ended.event(listener));
    return store;
  };
  return { ...io, onInterrupt };
}

function isHeldByAnother(fd: number | undefined): boolean {
  if (fd === undefined) return false;
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
