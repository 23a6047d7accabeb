import { fstatSync } from 'node:fs';
import { Emitter } from '../../base/event';
import type { CliIo } from '../io';

/**
 * The same command line, for which the end of stdin is a Ctrl-C too: who started it holds the other end, and is gone. Only of a
 * pipe or socket: a batch job's stdin is /dev/null, at its end from the start.
 */
export function onLeash(io: CliIo): CliIo {
  if (!isHeldByAnother(io.stdin.fd)) return io;
  const ended = new Emitter<void>();
  io.stdin.once('end', () => ended.fire());
  io.stdin.once('error', () => ended.fire());
  io.stdin.resume();
  return { ...io, onInterrupt: (listener) => both(io.onInterrupt(listener), ended.event(listener)) };
}

const both = (a: { dispose(): void }, b: { dispose(): void }) => ({
  dispose: (): void => {
    a.dispose();
    b.dispose();
  },
});

function isHeldByAnother(fd: number | undefined): boolean {
  if (fd === undefined) return false;
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
