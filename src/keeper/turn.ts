import { type Words, words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import type { Alarm } from '../domain/run/alarm';
import type { ControlRequest } from '../run/requests';
import { STATE_WORDS } from '../run/state-names';
import { LEFT_BY_STOP } from '../run/validation';
import { answerRequest } from './answer-request';
import { askTrainer, type KeeperParts } from './keeper-parts';
import { statusFields } from './status-fields';
import type { StatusFields } from './status-writer';

/** A request that the trainer's end in this state has granted. */
const ENDS_WITH: Readonly<Record<string, ControlRequest['type']>> = { paused: 'pause' };

type TurnStep = readonly [name: Words, step: () => Promise<void> | void];

/** What a keeper does once a second and at every change: reads what is new and does what follows from it. */
export class Turn {
  readonly #parts: KeeperParts;
  #last = { step: 0, epoch: 0 };

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /**
   * Each step on its own: one that fails is reported and tried again at the next turn, and does not prevent the others.
   * Returns whether another turn should follow at once.
   */
  async take(): Promise<boolean> {
    const { supervisor, trainer } = this.#parts;
    const { exited } = trainer;
    let count = 0;
    const readEvents = async (): Promise<void> => {
      const read = this.readEvents();
      count = read.count;
      await this.actOn(read.alarms);
    };
    for (const [name, step] of [[words('reading the events'), readEvents] as const, ...this.#steps(exited)])
      await supervisor.guard(name, step);
    return count > 0 || this.#awaitsHello();
  }

  /** `exited`: the trainer had ended before its last events were read. */
  #steps(exited: boolean): readonly TurnStep[] {
    const { validation, earlyStopper, cleanup, journal, status, notifier, trainer } = this.#parts;
    return [
      [words('answering requests'), () => this.#answerAll()],
      [words('the end of the trainer'), () => this.#settle(exited)],
      [words('queueing validations'), () => validation.turn(trainer.outcome !== undefined)],
      [words('going back'), () => this.#rewind()],
      [words('early stopping'), () => earlyStopper.turn(this.#last.epoch)],
      [words('clearing checkpoints away'), () => cleanup.turn(validation.queued)],
      [words('watching the machine'), () => this.#watchMachine()],
      [words('writing the logs'), () => journal.flush()],
      [words('writing the status'), () => status.set(this.statusFields())],
      [words('reporting the end'), () => notifier.settle(this.#isOver, trainer)],
    ];
  }

  /** Folds the new events in. Returns how many there were, and the alarms that they raise. */
  readEvents(): { readonly count: number; readonly alarms: readonly Alarm[] } {
    const { journal, requests, range, monitor } = this.#parts;
    const alarms: Alarm[] = [];
    const count = journal.readEvents((event) => {
      if (event.type === 'control') requests.onControl(event);
      if (event.type === 'step') this.#last = { step: event.step, epoch: event.epoch };
      range?.add(event);
      // A range test is meant to blow the loss up.
      if (!range || event.type !== 'step') alarms.push(...monitor.observe(event));
    });
    if (count > 0) monitor.beat(performance.now());
    return { count, alarms };
  }

  /** A trainer that does not judge divergence itself is stopped or paused for it, if the experiment says so. */
  async actOn(alarms: readonly Alarm[]): Promise<void> {
    const { trainer, on_divergence: wish } = this.#parts.run.experiment.resolved;
    const alarm = alarms.find((a) => a.rule === 'diverged' || a.rule === 'non_finite');
    if (!alarm || !this.#parts.trainer.alive || TRAINERS[trainer].judgesDivergence || wish === 'notify')
      return;
    await askTrainer(wish === 'pause' ? 'pause' : 'stop', this.#parts);
    if (wish !== 'pause') this.#parts.trainer.stop({ kind: 'diverged', said: alarm.said });
  }

  async #answerAll(): Promise<void> {
    for (const file of this.#parts.requests.take())
      await this.#parts.supervisor.guard(words('the answer to {0}', file.request.type), () =>
        answerRequest(file, this.#parts),
      );
  }

  #settle(exited: boolean): void {
    if (exited) this.#parts.trainer.settle();
    if (this.#parts.trainer.outcome && !this.#goesBack) this.#closeTraining();
  }

  async #rewind(): Promise<void> {
    if (this.#goesBack && this.#parts.validation.idle) await this.#parts.rewinder.start();
  }

  /** Nothing is trained or validated any more. */
  get #isOver(): boolean {
    return this.#parts.trainer.outcome !== undefined && !this.#goesBack && this.#parts.validation.idle;
  }

  /** The trainer has ended, but not the run: it goes back to a checkpoint after all are validated. */
  get #goesBack(): boolean {
    return (
      this.#parts.trainer.outcome !== undefined &&
      !this.#parts.validation.stopped &&
      this.#parts.rewinder.isDue
    );
  }

  /** A trainer's first event is polled often, so that `starting` ends when it comes. */
  #awaitsHello(): boolean {
    return this.#parts.trainer.alive && this.#parts.trainer.hello === undefined;
  }

  /** The trainer is gone: requests that it did not answer are answered, and a stopped run is not validated further. */
  #closeTraining(): void {
    const { outcome, cause } = this.#parts.trainer;
    const { state = 'failed' } = outcome ?? {};
    this.#parts.requests.close((request) => ({
      ok: request.type === 'stop' || request.type === 'stop_after_epoch' || request.type === ENDS_WITH[state],
      said: words('the trainer has ended: {0}', STATE_WORDS[state]),
    }));
    if (cause?.kind === 'asked' && !this.#parts.validation.stopped)
      this.#parts.validation.giveUp(LEFT_BY_STOP);
  }

  /** What status.json says now. */
  statusFields(): StatusFields {
    return statusFields({ ...this.#parts, last: this.#last, stalled: this.#isStalled() });
  }

  #watchMachine(): void {
    if (this.#parts.trainer.alive) this.#parts.monitor.readMachine(performance.now());
  }

  #isStalled(): boolean {
    const { alive, hello, cause } = this.#parts.trainer;
    return alive && hello !== undefined && !cause && this.#parts.monitor.silence(performance.now()).stalled;
  }

  /** Nothing is left to do, and every request is answered. */
  get isDone(): boolean {
    return this.#isOver && this.#parts.requests.pending === 0 && !this.#parts.notifier.busy;
  }
}
