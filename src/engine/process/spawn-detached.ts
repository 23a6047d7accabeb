import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { dropHold, type HeldRole, noteHolder, takeHold } from '../../run/folder/hold';
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
  /** An open file that the program gets as its handle 3, and keeps open for as long as it lives. */
  readonly hold?: number;
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
      stdio: [options.leash ? 'pipe' : 'ignore', output, output, ...(options.hold ? [options.hold] : [])],
    });
    if (child.stdin instanceof Socket) child.stdin.unref();
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw new WordedError(words('cannot start {0} in {1}', options.program, options.cwd), { cause: error });
  } finally {
    closeSync(output);
  }
}

/** The same for a process of a run that others must find alive: outside Linux by a file that it holds, `started`. */
export async function spawnHeld(
  dir: string,
  role: HeldRole,
  options: DetachedProgram,
): Promise<{ readonly child: ChildProcess; readonly started: string | undefined }> {
  const hold = takeHold(dir, role);
  try {
    const child = await spawnDetached({ ...options, ...(hold && { hold: hold.handle }) });
    if (hold && child.pid !== undefined) noteHolder(dir, hold, child.pid);
    return { child, started: hold?.token };
  } finally {
    dropHold(hold);
  }
}
