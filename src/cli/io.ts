import type { Readable, Writable } from 'node:stream';
import type { Event } from '../base/event';
import { toJsonLine } from '../base/json';
import { visibleJson } from '../base/visible';
import { terminalText } from './output/terminal-text';

/** A terminal or a pipe. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything the command line touches outside itself, injected so that it runs in a test as in a shell. */
export type CliIo = {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Read by `train --leash` alone. */
  readonly stdin: Readable & { readonly fd?: number };
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the bundles (trainer.js, validator.js, keeper.js). */
  readonly installDir: string;
  /** Ctrl-C or SIGTERM. Without a listener the process simply ends. */
  readonly onInterrupt: Event<void>;
};

/** Width for text that is made for people; pipes get a fixed one so that output does not depend on the reader. */
export function textWidth(stream: OutputStream): number {
  const width = stream.isTTY ? (stream.columns ?? 80) : 100;
  return Math.max(40, Math.min(width, 120));
}

/** One line, in which nothing but our own styles acts on the terminal. */
export function printLine(stream: OutputStream, line = ''): void {
  stream.write(`${terminalText(line)}\n`);
}

/** One line of JSON for other programs, which has no effect on a terminal either. */
export function printJson(stream: OutputStream, value: unknown): void {
  stream.write(visibleJson(toJsonLine(value)));
}
