#!/usr/bin/env node
import { toDisposable } from '../base/disposable';
import type { Event } from '../base/event';
import { COMMANDS } from './command-table';
import { runCli } from './run-cli';

const INTERRUPTED = 130;
const TERMINATED = 143;
const listeners = new Set<() => void>();
const onInterrupt: Event<void> = (listener) => {
  const own = (): void => listener();
  listeners.add(own);
  return toDisposable(() => listeners.delete(own));
};

function interrupt(code: number): void {
  if (listeners.size === 0) process.exit(code);
  for (const listener of [...listeners]) listener();
}
process.on('SIGINT', () => interrupt(INTERRUPTED));
// A scheduler's polite word, as Ctrl-C is a person's.
process.on('SIGTERM', () => interrupt(TERMINATED));
// A reader that went away (`pitwall list | head`) is not our error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function main(): Promise<void> {
  process.exitCode = await runCli(
    process.argv.slice(2),
    {
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      cwd: process.cwd(),
      env: process.env,
      installDir: __dirname,
      onInterrupt,
    },
    COMMANDS,
  );
}

void main();
