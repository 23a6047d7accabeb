import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../base/async';
import { WordedError } from '../base/worded-error';
import { words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import type { TrainerKind } from '../domain/experiment/types';
import { identityOf, isAlive, thisMachine } from '../engine/process/identity';
import { runEnvironment } from '../engine/process/run-environment';
import { spawnHeld } from '../engine/process/spawn-detached';
import { interpreterOf, moduleArguments, pythonEnvironment } from '../engine/python/start-module';
import type { ProcessIdentity, RunFile } from '../run/files';
import { markAttempt } from '../run/folder/attempt-mark';
import { runPaths } from '../run/folder/paths';
import { handedData } from './handed-data';

type TrainerCommand = {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

type CommandBuilder = (input: TrainerStart) => TrainerCommand | undefined;

/**
 * Those that are more than their bundle. A resume builds its command here again, never from what an earlier attempt left
 * behind.
 */
const COMMANDS: Readonly<Partial<Record<TrainerKind, CommandBuilder>>> = {
  builtin: withHugePages,
  ultralytics: runner,
};

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
  /** A program of the run that is alive without its adapter: the new one continues to read it. */
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

function bundle(name: string, input: TrainerStart): TrainerCommand | undefined {
  const { dir, attempt, installDir, programPid } = input;
  const file = path.join(installDir, name);
  if (!existsSync(file)) return undefined;
  const attach = programPid === undefined ? [] : ['--program', String(programPid)];
  return { program: process.execPath, args: [file, dir, '--attempt', String(attempt), ...attach] };
}

/**
 * A training step streams hundreds of megabytes: in pages of 2 MiB it takes 3 to 5 % less CPU. glibc 2.35 or newer
 * reads this when a program starts; nothing else does. The user's own setting takes precedence.
 */
function withHugePages(input: TrainerStart): TrainerCommand | undefined {
  const command = bundle('trainer.js', input);
  const { GLIBC_TUNABLES: own } = process.env;
  const tunables = [...(own ? [own] : []), 'glibc.malloc.hugetlb=1'];
  return command && { ...command, env: { GLIBC_TUNABLES: tunables.join(':') } };
}

/** The Python package that drives Ultralytics: a separate program in the user's own environment. */
function runner({ run, dir, attempt, installDir }: TrainerStart): TrainerCommand | undefined {
  const packageDir = path.join(installDir, 'ultralytics');
  if (!existsSync(packageDir)) return undefined;
  const python = interpreterOf(run);
  const args = moduleArguments('pitwall_ultralytics', [dir, '--attempt', String(attempt)]);
  const env = pythonEnvironment(packageDir);
  if (process.platform !== 'win32') return { program: python, args, env };
  // Data loaders are processes there, each with a window of its own unless they share a hidden console.
  const start = path.join(installDir, 'windowless.js');
  return { program: process.execPath, args: [start, dir, python, ...args], env };
}

/** Throws one clear line if this installation does not have the trainer. */
function trainerCommand(input: TrainerStart): TrainerCommand {
  const kind = input.run.experiment.resolved.trainer;
  const command = COMMANDS[kind]?.(input) ?? bundle(`${kind}.js`, input);
  if (command === undefined)
    throw new WordedError(words('trainer {0} is not available in this installation', kind));
  return command;
}
