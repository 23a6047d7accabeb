import { inEnglish, type Words } from '../base/words';
import type { TrainerMemory } from '../domain/gpu/placement';
import { RunDraft } from '../run/draft';
import type { TrainerEvent } from '../run/events';
import type { RunFile } from '../run/files';
import { FileTail } from '../run/folder/file-tail';
import { JsonlLog } from '../run/folder/jsonl-log';
import { makeFolderIn } from '../run/folder/open-folder';
import { runPaths } from '../run/folder/paths';
import { readStatus } from '../run/folder/read';
import type { KeeperEntry } from '../run/keeper-entry';
import { parseEventLine, parseKeeperLine, parseValidationLine } from '../run/parse-entry';
import { createRunState, foldEntry } from '../run/reduce';
import type { RunEntry, RunState } from '../run/state';
import type { ValidationEntry } from '../run/validation';
import { removeLeftovers } from './checkpoint-folder';

type Untimed<T> = T extends unknown ? Omit<T, 't'> : never;
/**
 * What people read is given as words, which every language has; the file's English is made of them. So nothing can be written
 * that an interface in another language could not say.
 */
type Worded<T> = T extends { readonly said?: Words | undefined }
  ? Omit<T, 'message' | 'reason' | 'said'> & { readonly said: Words }
  : T;
export type KeeperNote = Worded<Untimed<KeeperEntry>>;
type ValidationNote = Worded<Untimed<ValidationEntry>>;

/** What the keeper knows of its run: the folded files without the step columns, and the two logs it writes itself. */
export class RunJournal {
  readonly #events: FileTail;
  readonly #keeperLog: JsonlLog;
  readonly #validationLog: JsonlLog;
  #lines = 0;
  #isSealed = false;
  #trainerMemory: TrainerMemory | undefined;
  readonly #draft: RunDraft;

  readonly #onError: (error: unknown) => void;

  private constructor(dir: string, run: RunFile, onError: (error: unknown) => void) {
    this.#onError = onError;
    const paths = runPaths(dir);
    this.#draft = new RunDraft(createRunState(run));
    this.#events = new FileTail(paths.events);
    this.#keeperLog = new JsonlLog(paths.keeper);
    this.#validationLog = new JsonlLog(paths.validation);
  }

  /** Reads what earlier keepers wrote; the rest comes with the first `readEvents`. */
  static open(dir: string, run: RunFile, onError: (error: unknown) => void): RunJournal {
    const journal = new RunJournal(dir, run, onError);
    readAll(new FileTail(runPaths(dir).keeper), (line) => {
      const { value } = parseKeeperLine(line);
      if (value) journal.#fold({ source: 'keeper', value });
    });
    return journal;
  }

  /** The present state: its collections change with the next line. */
  get state(): RunState {
    return this.#draft.view;
  }

  /** What this attempt's trainer holds of its GPU, and the most that it held; undefined if it reports none. */
  get trainerMemory(): TrainerMemory | undefined {
    return this.#trainerMemory;
  }

  /**
   * Lines folded in so far. The state's collections grow in place: this number, not they, shows that something has
   * changed.
   */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Folds in the trainer's new events and passes each on; steps are not kept. Returns how many there were. What a
   * listener throws is reported: the events after it were read already and would be lost otherwise.
   */
  readEvents(onEvent: (event: TrainerEvent) => void): number {
    let count = 0;
    readAll(this.#events, (line) => {
      const { value } = parseEventLine(line);
      if (value === undefined) return;
      count++;
      if (value.type !== 'step') this.#fold({ source: 'events', value });
      this.#trainerMemory = memoryAfter(this.#trainerMemory, value);
      try {
        onEvent(value);
      } catch (error) {
        this.#onError(error);
      }
    });
    return count;
  }

  /** What was validated before, after the events that it is about were read. */
  readValidations(dir: string): void {
    readAll(new FileTail(runPaths(dir).validation), (line) => {
      const { value } = parseValidationLine(line);
      if (value) this.#fold({ source: 'validation', value });
    });
  }

  note(entry: KeeperNote): void {
    const value = { ...inFull(entry), t: this.#timeOf(entry) } as KeeperEntry;
    this.#append(this.#keeperLog, value);
    this.#fold({ source: 'keeper', value });
  }

  noteValidation(entry: ValidationNote): void {
    const value = { ...inFull(entry), t: this.#timeOf(entry) } as ValidationEntry;
    this.#append(this.#validationLog, value);
    this.#fold({ source: 'validation', value });
  }

  /**
   * A line about a checkpoint is never older than the checkpoint: it would count for its predecessor. The trainer's
   * clock may be ahead of this one, or either may have been set meanwhile.
   */
  #timeOf(entry: object): number {
    const epoch = 'epoch' in entry && typeof entry.epoch === 'number' ? entry.epoch : undefined;
    const checkpoint = epoch === undefined ? undefined : this.state.checkpoints.get(epoch);
    return Math.max(Date.now(), checkpoint?.t ?? 0);
  }

  /** Nothing is written from here on: the run folder is another keeper's, or gone. */
  seal(): void {
    this.#isSealed = true;
  }

  /** What a log did not accept waits in memory, and is tried again here. */
  flush(): void {
    if (this.#isSealed) return;
    this.#keeperLog.flush();
    this.#validationLog.flush();
  }

  #append(log: JsonlLog, value: unknown): void {
    if (this.#isSealed) return;
    try {
      log.append(value);
    } catch (error) {
      this.#onError(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#keeperLog.close(), this.#validationLog.close()]);
  }

  #fold(entry: RunEntry): void {
    this.#lines++;
    foldEntry(this.#draft, entry);
  }
}

/** With its sentence in English, under the name that readers of every version know. */
function inFull(entry: KeeperNote | ValidationNote): object {
  if (!('said' in entry)) return entry;
  const next = 'next' in entry && entry.next ? `; ${inEnglish(entry.next)}` : '';
  const name = entry.type === 'cleanup' || entry.type === 'skipped' ? 'reason' : 'message';
  return { ...entry, [name]: `${inEnglish(entry.said)}${next}` };
}

function memoryAfter(before: TrainerMemory | undefined, event: TrainerEvent): TrainerMemory | undefined {
  if (event.type === 'hello') return undefined;
  const now = event.type === 'step' ? event.gpuBytes : undefined;
  if (now === undefined || !Number.isFinite(now)) return before;
  return { nowBytes: now, peakBytes: Math.max(now, before?.peakBytes ?? 0) };
}

function readAll(tail: FileTail, onLine: (line: string) => void): void {
  for (let more = true; more; ) {
    const read = tail.readSync();
    read.lines.forEach(onLine);
    more = read.more;
  }
}

/** Makes the folders that a keeper works in, clears away what another left half done, and reads what was said before. */
export async function openJournal({ dir, run, onError }: JournalOptions) {
  const paths = runPaths(dir);
  for (const folder of [paths.trainerControl, paths.checkpoints]) makeFolderIn(folder, paths.dir);
  removeLeftovers(paths);
  const previous = await readStatus(dir);
  return { previous, journal: RunJournal.open(dir, run, onError) };
}

type JournalOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly onError: (error: unknown) => void;
};
