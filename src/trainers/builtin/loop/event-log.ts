import { type Words, withEnglish } from '../../../base/words';
import type { TrainerEvent } from '../../../run/events';
import { JsonlLog } from '../../../run/folder/jsonl-log';

type WithoutTime<E> = E extends TrainerEvent ? Omit<E, 't'> : never;
export type NewEvent = WithoutTime<TrainerEvent>;

/** events.jsonl of a run. */
export class EventLog {
  readonly #log: JsonlLog;
  /** Of the last step event; 0 before the first. */
  lastStep = 0;
  #isSealed = false;

  constructor(file: string) {
    this.#log = new JsonlLog(file);
  }

  write(event: NewEvent): void {
    if (this.#isSealed) return;
    if (event.type === 'step') this.lastStep = event.step;
    const { type, ...rest } = event;
    this.#log.append({ type, t: Date.now(), ...rest });
  }

  info(said: Words): void {
    this.write({ type: 'log', level: 'info', ...withEnglish(said) });
  }

  warn(said: Words): void {
    this.write({ type: 'log', level: 'warning', ...withEnglish(said) });
  }

  /** Nothing is written from here on: the run folder is another trainer's, or gone. */
  seal(): void {
    this.#isSealed = true;
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
