import { Readable, Writable } from 'node:stream';
import { Emitter } from '../../../src/base/event';
import { COMMANDS } from '../../../src/cli/command-table';
import { runCli } from '../../../src/cli/run-cli';

/** A pipe that keeps what was written to it. */
export function collector(): Writable & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}

export type CliResult = { readonly code: number; readonly out: string; readonly err: string };

/** Runs a command line in this process; the streams, the folder and Ctrl-C are the test's. */
export async function cli(
  argv: readonly string[],
  cwd = process.cwd(),
  env: Readonly<Record<string, string>> = {},
  table = COMMANDS,
): Promise<CliResult> {
  const stdout = collector();
  const stderr = collector();
  const interrupt = new Emitter<void>();
  const stdin = Readable.from([]);
  const io = { stdout, stderr, stdin, cwd, env, installDir: '/nowhere', onInterrupt: interrupt.event };
  const code = await runCli(argv, io, table);
  interrupt.dispose();
  return { code, out: stdout.text(), err: stderr.text() };
}

export const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
