import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { CommandSettings } from '../../domain/experiment/types';

/** `problem` where the program could not even be started. */
export type ProgramEnd = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly problem?: string;
};
export type Program = { readonly stopped: Promise<ProgramEnd>; stop(): void };

/** Files of the run folder that the program and its adapter share. */
export const OUTPUT_LOG = 'trainer/output.log';
export const METRICS_FILE = 'trainer/metrics.jsonl';
export const STOP_FILE = 'trainer/stop';

/**
 * Starts the user's program: an argument array, never a shell line. Its output goes to a file and not to a pipe, so that
 * it goes on when its adapter dies. `{run_dir}` in arguments and values stands for the run folder.
 */
export function startProgram(settings: CommandSettings, runDir: string, cwd: string): Program {
  const fill = (text: string): string => text.replaceAll('{run_dir}', runDir);
  const [program, ...args] = settings.run.map(fill);
  mkdirSync(path.join(runDir, 'trainer'), { recursive: true });
  const log = openSync(path.join(runDir, OUTPUT_LOG), 'a');
  const own = Object.fromEntries(Object.entries(settings.env).map(([key, value]) => [key, fill(value)]));
  const env = {
    ...process.env,
    PITWALL_METRICS: path.join(runDir, METRICS_FILE),
    PITWALL_STOP: path.join(runDir, STOP_FILE),
    PYTHONUNBUFFERED: '1',
    ...own,
  };
  const child = spawn(program, args, {
    cwd: path.resolve(cwd, settings.cwd ?? '.'),
    env,
    stdio: ['ignore', log, log],
    windowsHide: true,
  });
  closeSync(log);
  return { stopped: ended(child, program), stop: () => child.kill('SIGINT') };
}

function ended(child: ChildProcess, program: string): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) =>
      resolve({ code: null, signal: null, problem: `cannot start ${program}: ${message}` }),
    );
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}
