import { withEnglish } from '../../base/words';
import type { ForeignRecord } from '../../domain/foreign/record';
import type { TrainerEvent, TrainerEventOf } from '../../run/events';
import type { SourceRecord } from './sources/source';

export type ForeignRunOptions = {
  readonly trainer: string;
  readonly pid: number;
  readonly attempt: number;
  /** Epochs the experiment plans; 0 if not known. */
  readonly epochs: number;
  readonly accepts: readonly string[];
};

/**
 * Converts a foreign trainer's records into our events. A step that was there before means that the trainer went back
 * (a resume): a new `hello` with the next attempt makes readers drop what came after it.
 */
export class ForeignRun {
  readonly #options: ForeignRunOptions;
  #attempt: number;
  #groups: readonly string[] = [];
  #lastStep = -1;
  #epoch = 1;
  #endedEpoch = 0;
  #planned = { epochs: 0, stepsPerEpoch: 0 };
  #hasNumbers = false;
  #runner: RunnerState = NO_RUNNER;

  constructor(options: ForeignRunOptions) {
    this.#options = options;
    this.#attempt = options.attempt;
    this.#planned = { epochs: options.epochs, stepsPerEpoch: 0 };
  }

  get lastStep(): number {
    return Math.max(0, this.#lastStep);
  }

  /** Whether any loss or metric was a number at all. */
  get hasNumbers(): boolean {
    return this.#hasNumbers;
  }

  /** What the runner within the program says of itself, while it trains. */
  get runner(): RunnerState {
    return this.#runner;
  }

  /** What an earlier attempt's runner said of itself does not hold for the program that was started now. */
  forgetRunner(): void {
    this.#runner = NO_RUNNER;
  }

  /** The step after the last one. */
  get nextStep(): number {
    return this.#lastStep + 1;
  }

  /** results.csv has one line an epoch, and so one step. */
  get isStepPerEpoch(): boolean {
    return this.#planned.stepsPerEpoch === 1;
  }

  /** Whether every step or epoch of the plan was seen; false if no plan is known. */
  get isComplete(): boolean {
    const { epochs, stepsPerEpoch } = this.#planned;
    if (epochs < 1) return false;
    return this.#endedEpoch >= epochs || (stepsPerEpoch > 0 && this.nextStep >= epochs * stepsPerEpoch);
  }

  start(t: number, fromStep = this.lastStep): TrainerEvent {
    return this.#hello(t, fromStep);
  }

  /** Events of one record; `t` is now, for formats without a time of their own. Checkpoints are the adapter's to copy. */
  events(record: SourceRecord, t: number): TrainerEvent[] {
    if (record.kind === 'event') return this.#pass(record.event);
    if (record.kind === 'step') this.#note(record.loss);
    if (record.kind === 'epoch') this.#note({ ...record.loss, ...record.metrics });
    if (record.kind === 'problem') return [{ type: 'log', t, level: 'warning', ...withEnglish(record.said) }];
    if (record.kind === 'plan') return this.#plan(record.epochs, record.stepsPerEpoch, t);
    if (record.kind === 'step') return this.#step(record, t);
    if (record.kind === 'revise') return this.#revise(record.fromStep, t);
    return record.kind === 'epoch' ? [this.#epochEvent(record, t)] : [];
  }

  /** Our own runner's events are the run's as they are; its end is not the program's. */
  #pass(event: TrainerEvent): TrainerEvent[] {
    if (event.type === 'end') return this.#endOfRunner(event);
    if (event.type === 'hello') return [this.#helloOfRunner(event)];
    if (event.type === 'plan') this.#planned = { epochs: event.epochs, stepsPerEpoch: event.stepsPerEpoch };
    if (event.type === 'step') this.#noteStep(event);
    if (event.type === 'epoch') this.#endedEpoch = event.epoch;
    if (event.type === 'control' && event.ok && event.requested?.type === 'stop_after_epoch')
      this.#runner = { ...this.#runner, wasStopped: true };
    return [event];
  }

  #noteStep({ step, epoch, loss }: TrainerEventOf<'step'>): void {
    this.#note(loss);
    this.#lastStep = step;
    this.#epoch = epoch;
  }

  #helloOfRunner(hello: TrainerEventOf<'hello'>): TrainerEvent {
    this.#runner = { ...NO_RUNNER, answers: new Set(hello.knobs) };
    this.#groups = hello.groups;
    this.#lastStep = hello.fromStep - 1;
    const accepts = [...new Set([...this.#options.accepts, ...hello.knobs])];
    return { ...hello, pid: this.#options.pid, attempt: this.#attempt, knobs: accepts };
  }

  #endOfRunner({ reason, message }: TrainerEventOf<'end'>): TrainerEvent[] {
    const failure = reason === 'failed' ? message : undefined;
    this.#runner = { ...this.#runner, answers: new Set(), failure };
    return [];
  }

  /** Infinity and NaN of a loss that diverged are reported as well; a cell or a key that is not there is not. */
  #note(numbers: Readonly<Record<string, number>>): void {
    this.#hasNumbers ||= Object.keys(numbers).length > 0;
  }

  #hello(t: number, fromStep: number): TrainerEvent {
    const { trainer, pid, accepts } = this.#options;
    const attempt = this.#attempt;
    return {
      type: 'hello',
      t,
      trainer,
      pid,
      attempt,
      fromStep,
      groups: [...this.#groups],
      knobs: [...accepts],
    };
  }

  #plan(epochs: number, stepsPerEpoch: number, t: number): TrainerEvent[] {
    if (epochs === this.#planned.epochs && stepsPerEpoch === this.#planned.stepsPerEpoch) return [];
    this.#planned = { epochs, stepsPerEpoch };
    return [{ type: 'plan', t, epochs, stepsPerEpoch, totalSteps: epochs * stepsPerEpoch, settings: [] }];
  }

  /** The trainer did not go back: the reader learnt more about steps that it had reported, so the attempt stays. */
  #revise(fromStep: number, t: number): TrainerEvent[] {
    if (fromStep > this.#lastStep) return [];
    this.#lastStep = fromStep - 1;
    return [this.#hello(t, fromStep)];
  }

  #step(record: Extract<ForeignRecord, { kind: 'step' }>, t: number): TrainerEvent[] {
    const before: TrainerEvent[] = [];
    const wentBack = record.step <= this.#lastStep;
    if (wentBack) this.#attempt += 1;
    if (this.#learnGroups(record.lr) || wentBack) before.push(this.#hello(t, record.step));
    this.#lastStep = record.step;
    this.#epoch = record.epoch ?? this.#epoch;
    const lr = this.#groups.map((group) => record.lr[group] ?? Number.NaN);
    const loss = withTotal(record.loss);
    return [
      ...before,
      { type: 'step', t: record.time ?? t, step: record.step, epoch: this.#epoch, lr, loss },
    ];
  }

  #epochEvent(record: Extract<ForeignRecord, { kind: 'epoch' }>, t: number): TrainerEvent {
    this.#epoch = record.epoch;
    this.#endedEpoch = record.epoch;
    const { epoch, loss, metrics, seconds = Number.NaN } = record;
    return {
      type: 'epoch',
      t: record.time ?? t,
      epoch,
      step: this.lastStep,
      seconds,
      loss: withTotal(loss),
      metrics,
    };
  }

  /** Groups are known only after a record has named them; true if there are new ones. */
  #learnGroups(lr: Readonly<Record<string, number>>): boolean {
    const added = Object.keys(lr).filter((group) => !this.#groups.includes(group));
    this.#groups = [...this.#groups, ...added];
    return added.length > 0;
  }
}

/** Of the runner that Python loads into a script which trains with Ultralytics (sources/runner.ts). */
export type RunnerState = {
  /** Requests that it answers itself; none before it trains and after. */
  readonly answers: ReadonlySet<string>;
  readonly wasStopped: boolean;
  /** Its last words, if its training failed. */
  readonly failure: string | undefined;
};

const NO_RUNNER: RunnerState = { answers: new Set(), wasStopped: false, failure: undefined };

/** `total` is the trainer's own if it logs one, else the sum of the training components; never made of nothing. */
function withTotal(loss: Readonly<Record<string, number>>): Record<string, number> {
  const parts = Object.entries(loss).filter(([name]) => !name.startsWith('val_'));
  if ('total' in loss || parts.length === 0) return { ...loss };
  return { total: parts.reduce((sum, [, value]) => sum + value, 0), ...loss };
}
