import type { ChildProcess } from 'node:child_process';
import { sleep } from '../base/async';
import { TRAINERS } from '../domain/experiment/trainers';
import { identityOf, isAlive, thisMachine } from '../engine/process/identity';
import { runEnvironment } from '../engine/process/run-environment';
import { spawnHeld } from '../engine/process/spawn-detached';
import type { ProcessIdentity, RunFile } from '../run/files';
import { markAttempt } from '../run/folder/attempt-mark';
import { runPaths } from '../run/folder/paths';
import { handedData } from './handed-data';
import { trainerCommand } from './trainer-commands';

export type TrainerEnd = {
  /** Undefined for an adopted trainer: only a parent learns how its child ended. */
  readonly exitCode: number | null | undefined;
  readonly signal: string | null | undefined;
};

export type TrainerProcess = {
  readonly identity: ProcessIdentity;
  readonly attempt: number;
  readonly adopted: boolean;
  readonly ended: Promise<TrainerEnd>;
  readonly alive: () => boolean;
};

export type TrainerStart = {
  readonly run: RunFile;
  readonly dir: string;
  readonly attempt: number;
  readonly installDir: string;
  readonly programPid?: number;
};

/** Throws if the trainer is not available or cannot be started. */
export async function startTrainer(start: TrainerStart): Promise<TrainerProcess> {
  const { run, dir, attempt } = start;
  const { program, args, env } = trainerCommand(start);
  const isForeign = TRAINERS[run.experiment.resolved.trainer].isUltralytics;
  const data: Record<string, string> = isForeign
    ? { PITWALL_DATA: await handedData(run.experiment.resolved, dir) }
    : {};
  markAttempt(runPaths(dir).trainerControl, attempt);
  const { child, started } = await spawnHeld(dir, 'trainer', {
    program,
    args,
    cwd: run.cwd,
    env: runEnvironment(run.id, 'trainer', { ...env, ...data }),
    output: runPaths(dir).stdout,
  });
  const pid = child.pid ?? 0;
  const ended = whenEnded(child);
  const living = (): boolean => child.exitCode === null && child.signalCode === null;
  return { identity: identityOfChild(pid, started), attempt, adopted: false, ended, alive: living };
}

function whenEnded(child: ChildProcess): Promise<TrainerEnd> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** A running child is never given up because it could not be examined: a second one would train beside it. */
function identityOfChild(pid: number, started: string | undefined): ProcessIdentity {
  if (started !== undefined) return { pid, started, ...thisMachine() };
  try {
    return identityOf(pid) ?? { pid, started: '', ...thisMachine() };
  } catch {
    return { pid, started: '', ...thisMachine() };
  }
}

const ADOPTED_CHECK_MS = 250;

/** A trainer whose keeper died; its end can be seen, but not its exit code. */
export function adoptTrainer(dir: string, identity: ProcessIdentity, attempt: number): TrainerProcess {
  const alive = (): boolean => !isKnownGone(identity, dir);
  const ended = (async (): Promise<TrainerEnd> => {
    while (alive()) await sleep(ADOPTED_CHECK_MS);
    return { exitCode: undefined, signal: undefined };
  })();
  return { identity, attempt, adopted: true, ended, alive };
}

/**
 * A process that cannot be examined (too many open files) counts as alive: a trainer that is taken for dead would be
 * killed.
 */
function isKnownGone(identity: ProcessIdentity, dir: string): boolean {
  try {
    return !isAlive(identity, dir);
  } catch {
    return false;
  }
}
