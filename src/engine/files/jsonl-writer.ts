import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { toJsonLine } from '../../base/json';

/** Appends whole lines to a log of which this process is the one writer. */
export type JsonlWriter = { append(value: unknown): void };

/** A line that a killed writer left torn is closed first, so that the next line is whole. */
export function openJsonl(file: string): JsonlWriter {
  let torn = endsTorn(file);
  return {
    append(value) {
      appendFileSync(file, `${torn ? '\n' : ''}${toJsonLine(value)}`);
      torn = false;
    },
  };
}

function endsTorn(file: string): boolean {
  if (!existsSync(file)) return false;
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return false;
    const last = Buffer.alloc(1);
    readSync(fd, last, 0, 1, size - 1);
    return last.toString() !== '\n';
  } finally {
    closeSync(fd);
  }
}
