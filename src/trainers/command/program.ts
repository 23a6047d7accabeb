import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../../base/async';
import { type Words, words } from '../../base/words';
import type { CommandSettings } from '../../domain/experiment/types';
import { dropHold, heldProcesses, isHeld, noteHolder, takeHold } from '../../run/folder/hold';
import { makeFolderIn } from '../../run/folder/open-folder';
import { openToAppend } from '../../run/folder/write-file';

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'unstartable'; readonly said: Words }
  /** Only a parent learns how its child ended. */
  | { readonly kind: 'unknown' }
  /** Of a run that is only followed: it has ended, says that it failed, or is no longer followed. */
  | {
      readonly kind: 'followed';
      readonly reason: 'completed' | 'failed' | 'stopped';
      readonly said: Words;
    };

/** What is read: a program that this process started, one that it found running, or a folder that is followed. */
export type Program = { readonly stopped: Promise<ProgramEnd>; stop(): void };

/** Files of the run folder that the program and its adapter share. */
export const OUTPUT_LOG = 'trainer/output.log';
export const METRICS_FILE = 'trainer/metrics.jsonl';
export const STOP_FILE = 'trainer/stop';
/** Events of the runner that Python loads into a script. */
export const RUNNER_LOG = 'trainer/runner.jsonl';
/** Of an installation: Python runs the sitecustomize.py in it at its start. */
const HOOK = 'ultralytics/hook';
const ATTACHED_CHECK_MS = 250;

export type ProgramPlace = {
  readonly runDir: string;
  readonly cwd: string;
  readonly attempt: number;
  readonly installDir: string;
};

/**
 * Starts the user's program: an argument array, never a shell line. Its output goes to a file and not to a pipe, so
 * that it survives its adapter. `{run_dir}` in arguments and values is replaced by the run folder.
 */
export function startProgram(
  settings: CommandSettings,
  { runDir, cwd, attempt, installDir }: ProgramPlace,
): Program {
  const fill = (text: string): string => text.replaceAll('{run_dir}', runDir);
  const [program, ...args] = settings.run.map(fill);
  makeFolderIn(path.join(runDir, 'trainer'), runDir);
  const log = openToAppend(path.join(runDir, OUTPUT_LOG), { root: runDir });
  const own = Object.fromEntries(Object.entries(settings.env).map(([key, value]) => [key, fill(value)]));
  const env = {
    ...process.env,
    PITWALL_METRICS: path.join(runDir, METRICS_FILE),
    PITWALL_STOP: path.join(runDir, STOP_FILE),
    PYTHONUNBUFFERED: '1',
    PITWALL_RUN_DIR: runDir,
    PITWALL_RUNNER_LOG: path.join(runDir, RUNNER_LOG),
    PITWALL_ATTEMPT: String(attempt),
    ...own,
    ...hooked(path.join(installDir, HOOK), own.PYTHONPATH ?? process.env.PYTHONPATH),
    // Tells the program from its adapter, so that a keeper can start an adapter anew beside a program that lives.
    ...(process.env.PITWALL_ROLE !== undefined && { PITWALL_ROLE: 'program' }),
  };
  const hold = takeHold(runDir, 'program');
  const [file, ...rest] = asDetached([program, ...args], runDir, installDir);
  const child = spawn(file, rest, {
    cwd: path.resolve(cwd, settings.cwd ?? '.'),
    env,
    stdio: ['ignore', log, log, ...(hold ? [hold.handle] : [])],
    detached: isWindows,
    windowsHide: true,
  });
  if (hold && child.pid !== undefined) noteHolder(runDir, hold, child.pid);
  dropHold(hold);
  closeSync(log);
  return { stopped: ended(child, program), stop: () => interrupt(child) };
}

const isWindows = process.platform === 'win32';

/** Windows ends a child with its parent unless it is detached, and a detached one needs a console for its children. */
function asDetached(command: readonly string[], runDir: string, installDir: string): readonly string[] {
  if (!isWindows) return command;
  return [process.execPath, path.join(installDir, 'windowless.js'), runDir, ...command];
}

/** On Windows an interrupt would end the program at once: there the stop file asks. */
function interrupt(child: ChildProcess): boolean {
  return !isWindows && child.kill('SIGINT');
}

/** A script that trains with Ultralytics is watched without being edited: Python looks here before anything else. */
function hooked(hook: string, pythonPath = ''): Readonly<Record<string, string>> {
  if (!existsSync(hook)) return {};
  return { PYTHONPATH: [hook, ...(pythonPath === '' ? [] : [pythonPath])].join(path.delimiter) };
}

function ended(child: ChildProcess, program: string): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) =>
      resolve({ kind: 'unstartable', said: words('cannot start {0}: {1}', program, message) }),
    );
    child.once('exit', (code, signal) => resolve(exitOf(program, code, signal)));
  });
}

/** What windowless.js and cmd.exe answer if there is no such program. */
const WINDOWS_NOT_FOUND = 9009;

export function exitOf(
  program: string,
  code: number | null,
  signal: string | null,
  platform = process.platform,
): ProgramEnd {
  if (platform !== 'win32' || code !== WINDOWS_NOT_FOUND) return { kind: 'exited', code, signal };
  return {
    kind: 'unstartable',
    said: words('{0} or a program that it runs was not found (exit code {1})', program, code),
  };
}

/**
 * A program whose adapter died: reading continues; its end can be seen, but not its exit code. `pid` is from the
 * keeper, 0 if it is gone.
 */
export function attachProgram(pid: number, runDir: string): Program {
  const lives = livingCheck(pid, runDir);
  const stopped = (async (): Promise<ProgramEnd> => {
    while (lives()) await sleep(ATTACHED_CHECK_MS);
    return { kind: 'unknown' };
  })();
  return { stopped, stop: () => !isWindows && lives() && process.kill(pid, 'SIGINT') };
}

/** Whether this very process is alive, and none that got its number since. */
function livingCheck(pid: number, runDir: string): () => boolean {
  if (process.platform === 'linux') {
    const started = startOf(pid);
    return () => started !== undefined && startOf(pid) === started;
  }
  const held = heldProcesses(runDir).find((one) => one.pid === pid && one.role === 'program');
  return () => held !== undefined && isHeld(runDir, held.token);
}

/** When a process began, as Linux counts; undefined if it is gone. */
function startOf(pid: number): string | undefined {
  if (pid <= 0) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
