import { JsonlLog } from '../../run/folder/jsonl-log';
import type { SweepEntry } from '../../run/sweep';

export type NewSweepEntry<E = SweepEntry> = E extends SweepEntry ? Omit<E, 't'> : never;

/**
 * sweep.jsonl. What is noted twice is written once: a driver that is started again does the same once more, and what it
 * finds done stays as it was written.
 */
export class SweepLog {
  readonly #log: JsonlLog;
  readonly #known: Map<string, SweepEntry>;
  readonly #onEntry: (entry: SweepEntry) => void;

  constructor(file: string, before: readonly SweepEntry[], onEntry: (entry: SweepEntry) => void) {
    this.#log = new JsonlLog(file);
    this.#known = new Map(before.map((entry) => [keyOf(entry), entry]));
    this.#onEntry = onEntry;
  }

  get entries(): readonly SweepEntry[] {
    return [...this.#known.values()];
  }

  note(entry: NewSweepEntry): void {
    const key = keyOf(entry);
    if (this.#known.has(key)) return;
    const written = { ...entry, t: Date.now() } as SweepEntry;
    this.#known.set(key, written);
    this.#log.append(written);
    this.#onEntry(written);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/** One line of a kind for each trial and rung. */
function keyOf(entry: NewSweepEntry): string {
  const trial = 'trial' in entry ? entry.trial : '';
  return [entry.type, trial, 'rung' in entry ? entry.rung : ''].join(' ');
}
