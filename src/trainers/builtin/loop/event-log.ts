import { closeSync, createWriteStream, fstatSync, openSync, readSync, type WriteStream } from 'node:fs';
import type { Disposable } from '../../../base/disposable';
import { toJsonLine } from '../../../base/json';
import type { TrainerEvent } from '../../../protocol/events';

type WithoutTime<E> = E extends TrainerEvent ? Omit<E, 't'> : never;
export type NewEvent = WithoutTime<TrainerEvent>;

/** events.jsonl, append-only. Lines are handed to the system at once and never waited for; `close` waits for all. */
export class EventLog implements Disposable {
  readonly #stream: WriteStream;
  #error: Error | undefined;
  /** Of the last step event; 0 before the first. */
  lastStep = 0;

  constructor(file: string) {
    const torn = endsTorn(file);
    this.#stream = createWriteStream(file, { flags: 'a' });
    this.#stream.on('error', (error) => {
      this.#error = error;
    });
    // A killed writer may have left half a line: it ends here, and readers skip it.
    if (torn) this.#stream.write('\n');
  }

  write(event: NewEvent): void {
    if (this.#error) throw new Error(`events.jsonl cannot be written: ${this.#error.message}`);
    if (event.type === 'step') this.lastStep = event.step;
    const { type, ...rest } = event;
    // Lines of one turn leave as one write: the second would else lie here for the whole of the next step.
    this.#stream.cork();
    this.#stream.write(toJsonLine({ type, t: Date.now(), ...rest }));
    process.nextTick(() => this.#stream.uncork());
  }

  info(message: string): void {
    this.write({ type: 'log', level: 'info', message });
  }

  warn(message: string): void {
    this.write({ type: 'log', level: 'warning', message });
  }

  /** Waits until every line is with the system. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.end(() => resolve());
      this.#stream.once('close', () => resolve());
    });
  }

  dispose(): void {
    this.#stream.destroy();
  }
}

function endsTorn(file: string): boolean {
  const handle = openSync(file, 'a+');
  try {
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last.toString('latin1') !== '\n';
  } finally {
    closeSync(handle);
  }
}
