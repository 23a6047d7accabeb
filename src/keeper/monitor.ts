import { inEnglish } from '../base/words';
import { diskRoom, memoryRoom } from '../dataset/machine-room';
import { type Alarm, createEpisode } from '../domain/run/alarm';
import { createRhythm, type Silence, stallAlarm } from '../domain/run/rhythm';
import type { TrainerEvent } from '../run/events';
import type { RunJournal } from './run-journal';
import { RunWatch, type Waiting } from './run-watch';

/** Reading what the machine has left takes a tenth of a millisecond; memory fills up within seconds at worst. */
const MACHINE_MS = 5000;

/**
 * Passes the events of a run to its monitors and watches the trainer's rhythm; each alarm is written once, also when a new
 * keeper reads the log again.
 */
export class Monitor {
  readonly #journal: RunJournal;
  readonly #dir: string;
  readonly #watch: RunWatch;
  readonly #onAlarm: (alarm: Alarm) => void;
  readonly #rhythm = createRhythm();
  readonly #stall = createEpisode();
  #machineRead = Number.NEGATIVE_INFINITY;

  constructor(journal: RunJournal, dir: string, onAlarm: (alarm: Alarm) => void) {
    this.#journal = journal;
    this.#dir = dir;
    this.#onAlarm = onAlarm;
    this.#watch = new RunWatch(() => journal.state);
  }

  /** Something was read from the trainer. `now`: a clock that stops while the machine sleeps. */
  beat(now: number): void {
    this.#rhythm.beat(now);
  }

  silence(now: number): Silence {
    const silence = this.#rhythm.silence(now);
    const alarm = this.#stall(silence.stalled, () => stallAlarm(silence, !this.#journal.state.run?.follows));
    if (alarm) this.raise(alarm, Date.now());
    return silence;
  }

  /** Writes an alert unless the log already has the same one about the same step or epoch. */
  raise(alarm: Alarm, eventTime: number): boolean {
    const said = inEnglish(alarm.said);
    // Alerts without step and epoch are distinguished by their text.
    const isPlaced = alarm.step !== undefined || alarm.epoch !== undefined;
    const known = this.#journal.state.alerts.some(
      (a) =>
        a.rule === alarm.rule &&
        a.step === alarm.step &&
        a.epoch === alarm.epoch &&
        a.t >= eventTime &&
        (isPlaced || (a.said !== undefined && inEnglish(a.said) === said)),
    );
    if (known) return false;
    this.#journal.note({ type: 'alert', ...alarm, numbers: { ...alarm.numbers } });
    this.#onAlarm(alarm);
    return true;
  }

  /** Returns the alarms that were new. */
  observe(event: TrainerEvent): Alarm[] {
    if (event.type === 'epoch') this.#rhythm.epochEnded();
    return this.#watch.event(event).filter((alarm) => this.raise(alarm, event.t));
  }

  /** A validation, or the comparison of one, was written. */
  validated(): void {
    for (const alarm of this.#watch.validated()) this.raise(alarm, 0);
  }

  /** Checkpoints that wait for their validation. */
  queue(waiting: Waiting): void {
    for (const alarm of this.#watch.queue(waiting)) this.raise(alarm, 0);
  }

  /** Checks memory and disk every few seconds. `now`: as in `beat`. */
  readMachine(now: number): void {
    if (now - this.#machineRead < MACHINE_MS) return;
    this.#machineRead = now;
    const rooms = { disk: diskRoom(this.#dir), memory: memoryRoom() };
    for (const alarm of this.#watch.machine(rooms)) this.raise(alarm, Date.now());
  }
}
