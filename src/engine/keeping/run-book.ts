import type { TrainerEvent } from '../../protocol/events';
import { createRunState, reduceRun } from '../../protocol/reduce-run';
import type { KeeperEntry, RunFile } from '../../protocol/run-files';
import type { RunState } from '../../protocol/run-state';
import type { ValidationEntry } from '../../protocol/validation';
import { type JsonlWriter, openJsonl } from '../files/jsonl-writer';
import { runPaths } from '../store/paths';
import { FileTail } from '../watch/file-tail';
import { parseEventLine, parseKeeperLine, parseValidationLine } from '../watch/parse-entry';

type Untimed<T> = T extends unknown ? Omit<T, 't'> : never;

/** What the keeper knows of its run: the folded files without the step columns, and the two logs it writes itself. */
export class RunBook {
  readonly #events: FileTail;
  readonly #keeperLog: JsonlWriter;
  readonly #validationLog: JsonlWriter;
  #state: RunState;

  private constructor(dir: string, run: RunFile) {
    const paths = runPaths(dir);
    this.#state = createRunState(run);
    this.#events = new FileTail(paths.events);
    this.#keeperLog = openJsonl(paths.keeper);
    this.#validationLog = openJsonl(paths.validation);
  }

  /** Reads the keeper's own logs; events are read by the first `readEvents`. */
  static async open(dir: string, run: RunFile): Promise<RunBook> {
    const book = new RunBook(dir, run);
    const paths = runPaths(dir);
    await readAll(paths.keeper, (line) => {
      const { value } = parseKeeperLine(line);
      if (value) book.#fold({ source: 'keeper', value });
    });
    await readAll(paths.validation, (line) => {
      const { value } = parseValidationLine(line);
      if (value) book.#fold({ source: 'validation', value });
    });
    return book;
  }

  get state(): RunState {
    return this.#state;
  }

  /** New events of the trainer, folded in. Steps are handed out but not kept. */
  async readEvents(): Promise<TrainerEvent[]> {
    const events: TrainerEvent[] = [];
    for (let more = true; more; ) {
      const read = await this.#events.read();
      for (const line of read.lines) this.#hear(parseEventLine(line).value, events);
      more = read.more;
    }
    return events;
  }

  #hear(value: TrainerEvent | undefined, events: TrainerEvent[]): void {
    if (value === undefined) return;
    events.push(value);
    if (value.type !== 'step') this.#fold({ source: 'events', value });
  }

  note(entry: Untimed<KeeperEntry>): void {
    const value = { ...entry, t: Date.now() } as KeeperEntry;
    this.#keeperLog.append(value);
    this.#fold({ source: 'keeper', value });
  }

  noteValidation(entry: Untimed<ValidationEntry>): void {
    const value = { ...entry, t: Date.now() } as ValidationEntry;
    this.#validationLog.append(value);
    this.#fold({ source: 'validation', value });
  }

  #fold(entry: Parameters<typeof reduceRun>[1]): void {
    this.#state = reduceRun(this.#state, entry);
  }
}

async function readAll(file: string, onLine: (line: string) => void): Promise<void> {
  const tail = new FileTail(file);
  for (let more = true; more; ) {
    const read = await tail.read();
    read.lines.forEach(onLine);
    more = read.more;
  }
}
