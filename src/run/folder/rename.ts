import { renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { sleep } from '../../base/async';
import { codeOf } from './refused';

// Windows refuses to rename what a virus scanner, an indexer or a reader has open at that moment, for milliseconds or
// seconds. VS Code and graceful-fs try for a minute.

const REFUSED: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
export const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

type Patience = { readonly platform?: NodeJS.Platform; readonly forMs?: number };

/** Renames a file or a folder; what has the new name is replaced if the system can. */
export async function renamePatiently(from: string, to: string, patience: Patience = {}): Promise<void> {
  const mayWait = waiting(patience);
  for (let tries = 0; ; tries++) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!mayWait(error)) throw error;
      await sleep(pauseMs(tries));
    }
  }
}

/** The same for a process that has nothing else to do meanwhile. */
export function renamePatientlySync(from: string, to: string, patience: Patience = {}): void {
  const mayWait = waiting(patience);
  for (let tries = 0; ; tries++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!mayWait(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs(tries));
    }
  }
}

function waiting({
  platform = process.platform,
  forMs = PATIENCE_MS,
}: Patience): (error: unknown) => boolean {
  const until = performance.now() + forMs;
  return (error) => platform === 'win32' && REFUSED.has(codeOf(error)) && performance.now() < until;
}

const pauseMs = (tries: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * (tries + 1));
