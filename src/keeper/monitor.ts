import { type Alarm, createEpisode, createStepAlarms } from '../domain/run/alarms';
import { createRhythm, type Silence } from '../domain/run/rhythm';
import type { TrainerEvent } from '../run/events';
import type { RunBook } from './run-book';

/** Watches the trainer's losses and its rhythm; each alarm is written once, also when a new keeper reads the log again. */
export class Monitor {
  readonly #book: RunBook;
  readonly #steps = createStepAlarms();
  readonly #rhythm = createRhythm();
  readonly #stall = createEpisode();

  constructor(book: RunBook) {
    this.#book = book;
  }

  /** Something was read from the trainer. `now`: a clock that stops while the machine sleeps. */
  beat(now: number): void {
    this.#rhythm.beat(now);
  }

  silence(now: number): Silence {
    const silence = this.#rhythm.silence(now);
    const seconds = Math.round(silence.silentMs / 1000);
    const alarm = this.#stall(silence.stalled, () => ({
      rule: 'stall',
      severity: 'warning',
      message: `no sign of the trainer for ${seconds} s; its longest pause before was ${Math.round(silence.limitMs / 5000)} s`,
      numbers: { seconds, limitSeconds: Math.round(silence.limitMs / 1000) },
    }));
    if (alarm) this.raise(alarm, Date.now());
    return silence;
  }

  /** Writes an alert unless the log already has the same one about the same step or epoch. */
  raise(alarm: Alarm, eventTime: number): boolean {
    // Alerts without step and epoch are distinguished by their text.
    const isPlaced = alarm.step !== undefined || alarm.epoch !== undefined;
    const known = this.#book.state.alerts.some(
      (a) =>
        a.rule === alarm.rule &&
        a.step === alarm.step &&
        a.epoch === alarm.epoch &&
        a.t >= eventTime &&
        (isPlaced || a.message === alarm.message),
    );
    if (!known) this.#book.note({ type: 'alert', ...alarm, numbers: { ...alarm.numbers } });
    return !known;
  }

  get #warmupEpochs(): number {
    return this.#book.state.run?.experiment.resolved.schedule.warmup_epochs ?? 0;
  }

  /** Returns the alarms that were new. */
  hear(event: TrainerEvent): Alarm[] {
    if (event.type === 'hello') this.#steps.restart();
    if (event.type === 'epoch') this.#rhythm.epochEnded();
    if (event.type === 'plan') this.#steps.warmup(this.#warmupEpochs * event.stepsPerEpoch);
    if (event.type !== 'step') return [];
    return this.#steps.onStep(event).filter((alarm) => this.raise(alarm, event.t));
  }
}
