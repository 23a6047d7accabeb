import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { sleep } from '../../base/async';
import { toJsonLine } from '../../base/json';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { openToAppend } from './write-file';

/** A disk that is full for a while: what it does not accept now it may accept later. */
const PASSING: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EAGAIN']);
const MOST_WAITING_BYTES = 64 * 2 ** 20;
const CLOSE_TRIES = 20;
const CLOSE_WAIT_MS = 250;

/**
 * An append-only log of JSON lines, of which this process is the one writer. Lines are with the system when `append`
 * returns. What a full disk does not accept waits in memory, in order, and is written before the next line; so a run
 * survives a full disk, and no line is ever torn, lost or written twice.
 */
export class JsonlLog {
  readonly #file: string;
  readonly #handle: number;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
    this.#handle = openToAppend(file);
    // A killed writer may have left half a line: it ends here, and readers skip it.
    if (endsTorn(this.#handle)) this.#waiting = Buffer.from('\n');
  }

  /** Bytes that the disk has not accepted yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Throws if the log cannot be written for another reason than a full disk, or if more waits than memory should hold.
   */
  append(value: unknown): void {
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(toJsonLine(value))]);
    this.flush();
  }

  /** Tries to write what waits; throws as `append` does, and what waits keeps waiting. */
  flush(): void {
    const problem = this.#flush();
    if (problem && (!PASSING.has(problem.code ?? '') || this.#waiting.length > MOST_WAITING_BYTES))
      throw new WordedError(words('{0} cannot be written: {1}', this.#file, problem.message), {
        cause: problem,
      });
  }

  /** Tries for five seconds to write what waits. */
  async close(): Promise<void> {
    for (let tries = 0; this.#flush() && tries < CLOSE_TRIES; tries++) await sleep(CLOSE_WAIT_MS);
    closeSync(this.#handle);
  }

  #flush(): NodeJS.ErrnoException | undefined {
    try {
      while (this.#waiting.length > 0)
        this.#waiting = this.#waiting.subarray(writeSync(this.#handle, this.#waiting));
      return undefined;
    } catch (error) {
      return error as NodeJS.ErrnoException;
    }
  }
}

function endsTorn(handle: number): boolean {
  const { size } = fstatSync(handle);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last.toString('latin1') !== '\n';
}
