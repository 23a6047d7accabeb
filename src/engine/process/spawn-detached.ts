import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { openToAppend } from '../../run/folder/write-file';

export type DetachedProgram = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** stdout and stderr are appended here; a file and not a pipe, so that the program outlives the one that started it. */
  readonly output: string;
  /** The program's stdin is a pipe that this process holds: it ends when this process does, however it does. */
  readonly leash?: boolean;
};

/**
 * Starts a program in its own session, which neither a closed terminal nor the end of this process ends. Windows:
 * detached together with a hidden window fails without a shell, so the window is not hidden there (a detached process
 * has no console anyway). Throws if the program cannot be started.
 */
export async function spawnDetached(options: DetachedProgram): Promise<ChildProcess> {
  const output = openToAppend(options.output);
  try {
    const child = spawn(options.program, [...options.args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.leash ? 'pipe' : 'ignore', output, output],
    });
    if (child.stdin instanceof Socket) child.stdin.unref();
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw new Error(`cannot start ${options.program} in ${options.cwd}`, { cause: error });
  } finally {
    closeSync(output);
  }
}
