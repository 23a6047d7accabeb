import { MOST_KEPT, MOST_LOGS } from '../../run/draft';
import type { TrainerEvent } from '../../run/events';
import { FileTail, SKIPPED_LINE } from '../../run/folder/file-tail';
import { parseEventLine } from '../../run/parse-entry';
import { appendStep, createRunState, createStepColumns, reduceRun } from '../../run/reduce';
import type { RunState, StepColumns } from '../../run/state';
import { type LoadedLog, packColumns, unpackColumns } from './packed-run';
import { StepLines } from './step-lines';

const MOST_PROBLEMS = 100;
const MOST_LOOSE_LOGS = 50_000;
const NEWLINE = 10;

/**
 * Reads a whole event log, on from what is known of it. Blocks its thread: meant for a worker, and for commands. Throws
 * `Refused` for a log that is not read.
 */
export function readEventLog(eventsFile: string, cached?: LoadedLog): LoadedLog {
  const log = new EventLog(cached);
  const tail = new FileTail(eventsFile, cached?.offset ?? 0);
  for (let more = true; more; ) {
    const read = tail.readBytesSync();
    log.take(read.bytes);
    if (read.skippedLines > 0) log.problem(SKIPPED_LINE);
    more = read.more;
  }
  return { offset: tail.lineOffset, ...log.packed() };
}

/** Steps into columns, everything else into a list. Only `hello` is folded here, since it drops steps again. */
class EventLog {
  readonly #steps: StepColumns;
  readonly #stepLines: StepLines;
  #events: TrainerEvent[];
  readonly #counts = new Map<TrainerEvent['type'], number>();
  readonly #problems: string[];
  #state: RunState;

  constructor(cached: LoadedLog | undefined) {
    this.#steps = cached ? unpackColumns(cached.columns) : createStepColumns();
    this.#stepLines = new StepLines(this.#steps);
    this.#events = [...(cached?.events ?? [])];
    this.#problems = [...(cached?.problems ?? [])];
    const hello = this.#events.findLast((event) => event.type === 'hello');
    this.#state = { ...createRunState(), steps: this.#steps, hello };
  }

  /** Whole lines. */
  take(bytes: Buffer): void {
    this.#stepLines.open(bytes);
    for (let start = 0; start < bytes.length; ) {
      const next = this.#stepLines.take(start);
      start = next < 0 ? this.#takeLine(bytes, start) : next;
    }
  }

  /** Returns the start of the next line. */
  #takeLine(bytes: Buffer, start: number): number {
    const end = bytes.indexOf(NEWLINE, start);
    const line = bytes.toString('utf8', start, end);
    if (line !== '') this.#parse(line, start);
    return end + 1;
  }

  #parse(line: string, start: number): void {
    const { value, problem } = parseEventLine(line);
    const groups = this.#state.hello?.groups ?? [];
    if (value?.type === 'step') {
      appendStep(this.#steps, value, groups);
      this.#stepLines.learn(line, start, groups);
    } else if (value) this.#keep(value);
    else if (problem !== undefined) this.problem(problem);
  }

  problem(problem: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(`events: ${problem}`);
  }

  packed(): Omit<LoadedLog, 'offset'> {
    return { columns: packColumns(this.#steps), events: this.#events, problems: this.#problems };
  }

  #keep(value: TrainerEvent): void {
    if (value.type === 'hello') {
      this.#state = reduceRun(this.#state, { source: 'events', value });
      this.#stepLines.forget();
    }
    const count = (this.#counts.get(value.type) ?? 0) + 1;
    this.#counts.set(value.type, count);
    if (value.type === 'log' || count <= MOST_KEPT) this.#events.push(value);
    if (value.type === 'log' && count % MOST_LOOSE_LOGS === 0) this.#dropLogs();
  }

  /** The last are kept: many are removed at once, as the list is as long as the run. */
  #dropLogs(): void {
    const logs = this.#events.filter(({ type }) => type === 'log');
    const kept = new Set(logs.slice(-MOST_LOGS));
    const events = this.#events.filter((event) => event.type !== 'log' || kept.has(event));
    this.#events = events;
  }
}
