import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TrainerKind } from '../domain/experiment/types';
import { pythonEnvironment } from '../engine/python/environment';
import { interpreterOf } from '../engine/python/interpreter-of';
import { moduleArguments } from '../engine/python/start-module';
import type { RunFile } from '../run/files';

export type TrainerCommand = {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type CommandInput = {
  readonly run: RunFile;
  readonly dir: string;
  readonly attempt: number;
  readonly installDir: string;
  /** A program of the run that is alive without its adapter: the new one continues to read it. */
  readonly programPid?: number;
};

type CommandBuilder = (input: CommandInput) => TrainerCommand | undefined;

/**
 * Those that are more than their bundle. A resume builds its command here again, never from what an earlier attempt left
 * behind.
 */
const COMMANDS: Readonly<Partial<Record<TrainerKind, CommandBuilder>>> = {
  builtin: withHugePages,
  ultralytics: runner,
};

function bundle(name: string, input: CommandInput): TrainerCommand | undefined {
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
function withHugePages(input: CommandInput): TrainerCommand | undefined {
  const command = bundle('trainer.js', input);
  const { GLIBC_TUNABLES: own } = process.env;
  const tunables = [...(own ? [own] : []), 'glibc.malloc.hugetlb=1'];
  return command && { ...command, env: { GLIBC_TUNABLES: tunables.join(':') } };
}

/** The Python package that drives Ultralytics: a separate program in the user's own environment. */
function runner({ run, dir, attempt, installDir }: CommandInput): TrainerCommand | undefined {
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
export function trainerCommand(input: CommandInput): TrainerCommand {
  const kind = input.run.experiment.resolved.trainer;
  const command = COMMANDS[kind]?.(input) ?? bundle(`${kind}.js`, input);
  if (command === undefined) throw new Error(`trainer ${kind} is not available in this installation`);
  return command;
}
