import { type ChildProcess, type ExecFileException, execFile } from 'node:child_process';
import type { Environment } from '../../base/environment';

export type ProgramAnswer =
  | { readonly kind: 'answered'; readonly stdout: string }
  | {
      readonly kind: 'failed';
      readonly error: ExecFileException;
      readonly stdout: string;
      readonly stderr: string;
    }
  /** It was given up. */
  | { readonly kind: 'silent' };

export type AskOptions = {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: Environment;
  readonly maxBuffer?: number;
  /** What ends a program that is given up; another for tests. */
  readonly signal?: NodeJS.Signals;
};

/** Programs that were given up and are still there: a driver that hangs holds them, whatever they are sent. */
const hanging = new Set<string>();

/**
 * What a program prints. A timer of this process decides and not the program's end: one that waits for a driver ends by no signal.
 * While one hangs no other of it is started: they would pile up.
 */
export function askProgram(
  program: string,
  args: readonly string[],
  options: AskOptions,
): Promise<ProgramAnswer> {
  const { timeoutMs, signal, ...rest } = options;
  if (hanging.has(program)) return Promise.resolve({ kind: 'silent' });
  return new Promise((resolve) => {
    const child = execFile(program, args, { ...rest, windowsHide: true }, (error, stdout, stderr) => {
      clearTimeout(timer);
      resolve(error ? { kind: 'failed', error, stdout, stderr } : { kind: 'answered', stdout });
    });
    const timer = setTimeout(() => {
      resolve({ kind: 'silent' });
      holdWhileThere(program, child);
      abandon(child, signal);
    }, timeoutMs);
  });
}

function holdWhileThere(program: string, child: ChildProcess): void {
  // It has ended already if only what it started holds its pipes.
  if (child.exitCode !== null || child.signalCode !== null) return;
  hanging.add(program);
  child.once('exit', () => hanging.delete(program));
}

/** Ends a program, and lets nothing wait for it: neither its end nor that of what it has started and that holds its pipes. */
export function abandon(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  child.kill(signal);
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}
