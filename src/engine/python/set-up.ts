import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { toError } from '../../base/async';

/** What an Ultralytics run needs besides Python: ultralytics installs torch, and checkpoints are exported with onnx. */
export const NEEDED_PACKAGES = ['ultralytics', 'onnx'] as const;

export type SetUpOptions = {
  /** Folder of the environment; made if it does not exist. */
  readonly dir: string;
  /** Interpreter that makes it. */
  readonly basePython: string;
  readonly packages?: readonly string[];
  /** A line about the present step. */
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
};

/** pip's own reason may be followed by what it expected and what it got. */
const LAST_LINES = 8;

/**
 * A virtual environment with torch and ultralytics. Returns its interpreter. Throws one line if it cannot be made; what
 * pip has done by then stays, and another try continues from there.
 */
export async function setUpPython(options: SetUpOptions): Promise<string> {
  const { dir, basePython, onLine, packages = NEEDED_PACKAGES } = options;
  const python = interpreterOf(dir);
  if (!existsSync(python)) {
    onLine(`making a virtual environment in ${dir}`);
    await runProgram(basePython, ['-m', 'venv', dir], options);
  }
  onLine(`installing ${packages.join(', ')}`);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  await runProgram(python, [...pip, ...packages], options);
  return python;
}

export function interpreterOf(dir: string): string {
  return process.platform === 'win32'
    ? path.join(dir, 'Scripts', 'python.exe')
    : path.join(dir, 'bin', 'python');
}

type ProgramOptions = Pick<SetUpOptions, 'onLine' | 'signal'> & {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
};

/** Runs a program to its end, with its lines reported. Throws one line with its own reason if it fails. */
export function runProgram(
  program: string,
  args: readonly string[],
  { onLine, ...how }: ProgramOptions,
): Promise<void> {
  const { signal } = how;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, ...how });
    const last: string[] = [];
    const onText = (text: string): void => {
      const line = stripVTControlCharacters(text).trim();
      if (line === '') return;
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      onLine(line);
    };
    listen(child, onText);
    child.once('error', (error) => {
      const why = signal?.aborted ? 'cancelled' : `${program} cannot be started: ${toError(error).message}`;
      reject(new Error(why, { cause: error }));
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${program} ${args.slice(0, 3).join(' ')} ended with exit code ${code}: ${lineOfError(last)}`,
          ),
        );
    });
  });
}

function listen(child: ChildProcess, onText: (text: string) => void): void {
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', onText);
}

/** pip's own reason is on a line of its own; the lines after it are hints. */
function lineOfError(lines: readonly string[]): string {
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no word';
}
