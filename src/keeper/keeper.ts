import { randomUUID } from 'node:crypto';
import { type Deferred, deferred } from '../base/async';
import { DisposableStore } from '../base/disposable';
import { inEnglish, type Words, words } from '../base/words';
import type { Alarm } from '../domain/run/alarm';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { PollLoop } from '../engine/watch/poll-loop';
import type { RunFile, StatusFile } from '../run/files';
import { watchForDeletion } from '../run/folder/is-gone';
import { type RunPaths, runPaths } from '../run/folder/paths';
import { isRangeTest } from '../run/kind';
import type { ControlRequest } from '../run/requests';
import { STATE_WORDS } from '../run/state-words';
import { answerRequest } from './answer-request';
import { Cleanup } from './cleanup';
import { EarlyStopper } from './judge-early-stop';
import { type KeeperEnd, type KeeperEvent, type KeeperState, keeperTransition } from './keeper-state';
import { Monitor } from './monitor';
import { Notifier } from './notifier';
import type { Outcome } from './outcome';
import { RangeTest } from './range-test';
import { Requests } from './requests';
import { Rewinder } from './rewinder';
import { openJournal, type RunJournal } from './run-journal';
import { statusFields } from './status-fields';
import { type StatusFields, StatusWriter } from './status-writer';
import { PASSING_MS, retrying, Supervisor, type Trouble } from './supervisor';
import { judgesDivergence } from './trainer-commands';
import { TrainerControl } from './trainer-control';
import { ValidationControl } from './validation-control';

export type KeeperOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly installDir: string;
  readonly task: KeeperTask;
  /** What the environment said of notifications. */
  readonly notifyEnv: Readonly<Record<string, string | undefined>>;
  readonly onError: (error: unknown) => void;
  /** Whether the caller still holds the run's lock. */
  readonly isHeld: () => boolean;
  /** Resolves when the process is gone in whose place the run is kept. */
  readonly leash?: Promise<void>;
};

/** Supervises one run until trainer, queue and requests are done. The caller holds the run's lock. */
export async function keepRun(options: KeeperOptions): Promise<KeeperEnd> {
  const paths = runPaths(options.dir);
  const { journal, previous } = await retrying(() => openJournal(options), PASSING_MS);
  const keeper = new Keeper(options, paths, journal);
  const leave = (): void => (options.leash ? keeper.stop() : keeper.leave());
  options.leash?.then(leave).catch(options.onError);
  for (const signal of LEAVE_ON) process.on(signal, leave);
  try {
    await retrying(() => keeper.begin(previous), PASSING_MS);
    return await keeper.finished;
  } finally {
    for (const signal of LEAVE_ON) process.off(signal, leave);
    keeper.dispose();
    await journal.close();
  }
}

const CHECKPOINT_CONTENT = /[\\/]checkpoints[\\/][^\\/]+[\\/]/;
/** A run of weeks on a broken disk must not fill its log with the same trouble in other words. */
const MOST_NOTED = 50;
/** A request that the trainer's end in this state has granted. */
const ENDS_WITH: Readonly<Record<string, ControlRequest['type']>> = { paused: 'pause' };
const LAST_STATUS_MS = [250, 1000, 4000, 15_000, 30_000] as const;
const LEAVE_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** Decides for one run: each turn reads what is new and does what follows from it. Turns never overlap. */
class Keeper {
  readonly #options: KeeperOptions;
  readonly #paths: RunPaths;
  readonly #journal: RunJournal;
  readonly #store = new DisposableStore();
  readonly #status: StatusWriter;
  readonly #monitor: Monitor;
  readonly #notifier: Notifier;
  readonly #trainer: TrainerControl;
  readonly #validation: ValidationControl;
  readonly #requests: Requests;
  readonly #rewinder: Rewinder;
  readonly #cleanup: Cleanup;
  readonly #earlyStopper: EarlyStopper;
  readonly #supervisor: Supervisor;
  readonly #isGone: () => boolean;
  readonly #range: RangeTest | undefined;
  readonly #noted = new Set<string>();
  readonly #end: Deferred<KeeperEnd> = deferred();
  #state: KeeperState = { kind: 'keeping' };
  #loop: PollLoop | undefined;
  #last = { step: 0, epoch: 0 };

  constructor(options: KeeperOptions, paths: RunPaths, journal: RunJournal) {
    this.#options = options;
    this.#paths = paths;
    this.#journal = journal;
    const { run, installDir } = options;
    const onChange = (): void => this.#loop?.pollSoon();
    const supervisor = this.#store.track(new Supervisor((trouble) => this.#report(trouble)));
    this.#supervisor = supervisor;
    this.#isGone = watchForDeletion(paths.dir);
    this.#status = this.#store.track(new StatusWriter(paths.status, options.onError, options.isHeld));
    const common = { run, paths, journal, installDir, supervisor, onChange };
    this.#range = isRangeTest(run) ? new RangeTest() : undefined;
    const conclude = (outcome: Outcome): Outcome => this.#range?.conclude(outcome) ?? outcome;
    this.#trainer = new TrainerControl({ ...common, conclude });
    this.#notifier = this.#store.track(
      new Notifier({ ...common, dir: paths.dir, notifyEnv: options.notifyEnv }),
    );
    this.#monitor = new Monitor(journal, paths.dir, (alarm) => this.#notifier.alarm(alarm));
    this.#validation = new ValidationControl({
      ...common,
      monitor: this.#monitor,
      onBetter: (best) => this.#notifier.best(best),
    });
    this.#requests = new Requests(paths, journal, options.onError);
    this.#rewinder = new Rewinder({ run, journal, requests: this.#requests, trainer: this.#trainer });
    this.#cleanup = new Cleanup(run, paths, journal);
    this.#earlyStopper = new EarlyStopper({
      ...{ run, journal, monitor: this.#monitor, trainer: this.#trainer },
      askToStop: () => this.#ask('stop'),
    });
  }

  get finished(): Promise<KeeperEnd> {
    return this.#end.promise;
  }

  async begin(previous: StatusFile | undefined): Promise<void> {
    const { run, dir, task } = this.#options;
    const { alarms } = this.#readEvents();
    this.#journal.readValidations(dir);
    this.#trainer.begin(task, previous);
    await this.#actOn(alarms);
    // A run that is followed may never have a model to validate.
    const validates = run.experiment.resolved.validation.enabled && !run.follows;
    if (this.#trainer.alive && validates) this.#validation.warmUp();
    this.#validation.judge();
    this.#loop = this.#store.track(this.#watch());
    this.#loop.pollSoon();
  }

  #watch(): PollLoop {
    return new PollLoop({
      // Not events.jsonl, which changes with every step: what the keeper must react to at once changes one of these
      // folders, and the rest may wait for the next second. Watching the log cost ten times the CPU.
      paths: [this.#paths.control, this.#paths.checkpoints],
      depth: 1,
      ignored: (file) => CHECKPOINT_CONTENT.test(file),
      poll: () => this.#turn(),
      polls: () => true,
      onError: (error) => this.#report({ name: words('checking the run folder'), error, retryMs: undefined }),
    });
  }

  /** Leaves in good order: the trainer goes on, a later keeper adopts it. */
  leave(): void {
    this.#dispatch({ kind: 'leave' });
    this.#loop?.pollSoon();
  }

  /** Ends with its run: what a leashed keeper does. One whose trainer has ended has nothing to stop, and leaves. */
  stop(): void {
    if (this.#trainer.alive) this.#stopTrainer();
    else this.leave();
  }

  #stopTrainer(): void {
    this.#supervisor.start({
      name: words('the stop at the end of the leash'),
      run: () => this.#requests.forward(randomUUID(), { type: 'stop' }, 'leash'),
      done: () => this.#trainer.stop({ kind: 'asked' }),
      failed: () => this.#trainer.stop({ kind: 'asked' }),
    });
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Applies an event, and starts what the next state requires. */
  #dispatch(event: KeeperEvent): void {
    const before = this.#state;
    this.#state = keeperTransition(before, event);
    const now = this.#state;
    if (now === before) return;
    if (now.kind === 'abandoning') this.#fallSilent();
    if (now.kind === 'closing') this.#close(now.end);
    if (now.kind === 'over') this.#end.resolve(now.end);
  }

  #fallSilent(): void {
    this.#status.dispose();
    this.#journal.seal();
  }

  /** Writes what failed, and whether it is tried again, once into the log of the run, which people and hosts read. */
  #report({ name, error, retryMs }: Trouble): void {
    this.#options.onError(error);
    const said =
      retryMs === undefined
        ? words('{0} failed: {1}', name, error.message)
        : words('{0} failed: {1}; it is tried again', name, error.message);
    const message = inEnglish(said);
    if (this.#noted.has(message) || this.#noted.size >= MOST_NOTED) return;
    this.#noted.add(message);
    this.#journal.note({ type: 'alert', rule: 'keeper', severity: 'warning', said, numbers: {} });
  }

  /**
   * Each step on its own: one that fails is reported and tried again at the next turn, and does not prevent the others.
   */
  async #turn(): Promise<boolean> {
    if (this.#isGone() || !this.#options.isHeld()) this.#dispatch({ kind: 'gone' });
    if (this.#state.kind === 'abandoning') this.#abandon();
    this.#dispatch({ kind: 'turn' });
    if (this.#state.kind !== 'keeping') return false;
    const { exited } = this.#trainer;
    let count = 0;
    for (const [name, step] of this.#steps(exited, (events) => {
      count = events;
    }))
      await this.#supervisor.guard(name, step);
    await this.#supervisor.guard(words('telling the end'), () =>
      this.#notifier.settle(this.#isOver, this.#trainer),
    );
    if (this.#isDone()) this.#dispatch({ kind: 'done' });
    return count > 0 || this.#awaitsHello();
  }

  /** `exited`: the trainer had ended before its last events were read. */
  #steps(exited: boolean, onEvents: (count: number) => void): readonly TurnStep[] {
    return [
      [
        words('reading the events'),
        async () => {
          const { count, alarms } = this.#readEvents();
          onEvents(count);
          await this.#actOn(alarms);
        },
      ],
      [words('answering requests'), () => this.#answerAll()],
      [words('the end of the trainer'), () => this.#settle(exited)],
      [words('queueing validations'), () => this.#validation.turn(this.#trainer.outcome !== undefined)],
      [words('going back'), () => this.#rewind()],
      [words('early stopping'), () => this.#earlyStopper.turn(this.#last.epoch)],
      [words('clearing checkpoints away'), () => this.#cleanup.turn(this.#validation.queued)],
      [words('watching the machine'), () => this.#watchMachine()],
      [words('writing the logs'), () => this.#journal.flush()],
      [words('writing the status'), () => this.#status.set(this.#fields())],
    ];
  }

  /**
   * Deleting a run, or taking it over, should not have to wait for its trainer: it is killed, and nothing is written
   * into the folder.
   */
  #abandon(): void {
    const cause = { kind: 'asked' } as const;
    if (this.#trainer.exited) this.#trainer.settle();
    if (this.#trainer.alive && this.#trainer.cause === undefined) this.#trainer.stop(cause);
    this.#trainer.stop(cause);
    if (this.#trainer.outcome) this.#dispatch({ kind: 'done' });
  }

  async #answerAll(): Promise<void> {
    for (const file of this.#requests.take())
      await this.#supervisor.guard(words('the answer to {0}', file.request.type), () =>
        answerRequest(file, this.#context),
      );
  }

  #settle(exited: boolean): void {
    if (exited) this.#trainer.settle();
    if (this.#trainer.outcome && !this.#goesBack) this.#closeTraining();
  }

  async #rewind(): Promise<void> {
    if (this.#goesBack && this.#validation.idle) await this.#rewinder.start();
  }

  /** Nothing is trained or validated any more. */
  get #isOver(): boolean {
    return this.#trainer.outcome !== undefined && !this.#goesBack && this.#validation.idle;
  }

  /** The trainer has ended, but not the run: it goes back to a checkpoint after all are validated. */
  get #goesBack(): boolean {
    return this.#trainer.outcome !== undefined && !this.#validation.stopped && this.#rewinder.isDue;
  }

  /** A trainer's first event is polled often, so that `starting` ends when it comes. */
  #awaitsHello(): boolean {
    return this.#trainer.alive && this.#trainer.hello === undefined;
  }

  get #context() {
    return {
      ...{ journal: this.#journal, requests: this.#requests, cleanup: this.#cleanup },
      ...{ trainer: this.#trainer, validation: this.#validation, rewinder: this.#rewinder },
    };
  }

  #readEvents(): { count: number; alarms: Alarm[] } {
    const alarms: Alarm[] = [];
    const count = this.#journal.readEvents((event) => {
      if (event.type === 'control') this.#requests.onControl(event);
      if (event.type === 'step') this.#last = { step: event.step, epoch: event.epoch };
      this.#range?.add(event);
      // A range test is meant to blow the loss up.
      if (!this.#range || event.type !== 'step') alarms.push(...this.#monitor.observe(event));
    });
    if (count > 0) this.#monitor.beat(performance.now());
    return { count, alarms };
  }

  /** A trainer that does not judge divergence itself is stopped or paused for it, if the experiment says so. */
  async #actOn(alarms: readonly Alarm[]): Promise<void> {
    const { trainer, on_divergence: wish } = this.#options.run.experiment.resolved;
    const alarm = alarms.find((a) => a.rule === 'diverged' || a.rule === 'non_finite');
    if (!alarm || !this.#trainer.alive || judgesDivergence(trainer) || wish === 'notify') return;
    await this.#ask(wish === 'pause' ? 'pause' : 'stop');
    if (wish !== 'pause') this.#trainer.stop({ kind: 'diverged', said: alarm.said });
  }

  /** The trainer is gone: requests that it did not answer are answered, and a stopped run is not validated further. */
  #closeTraining(): void {
    const { outcome, cause } = this.#trainer;
    const { state = 'failed' } = outcome ?? {};
    this.#requests.close((request) => ({
      ok: request.type === 'stop' || request.type === 'stop_after_epoch' || request.type === ENDS_WITH[state],
      said: words('the trainer has ended: {0}', STATE_WORDS[state]),
    }));
    if (cause?.kind === 'asked' && !this.#validation.stopped)
      this.#validation.giveUp(words('the run was stopped before its turn came'));
  }

  /** A trainer that cannot be asked to stop is interrupted all the same. */
  async #ask(type: 'stop' | 'pause'): Promise<void> {
    await this.#supervisor.guard(words('asking the trainer to {0}', type), () =>
      this.#requests.forward(randomUUID(), { type }, 'keeper'),
    );
  }

  #fields(): StatusFields {
    return statusFields({
      journal: this.#journal,
      trainer: this.#trainer,
      validation: this.#validation,
      last: this.#last,
      stalled: this.#isStalled(),
    });
  }

  #watchMachine(): void {
    if (this.#trainer.alive) this.#monitor.readMachine(performance.now());
  }

  #isStalled(): boolean {
    const { alive, hello, cause } = this.#trainer;
    return alive && hello !== undefined && !cause && this.#monitor.silence(performance.now()).stalled;
  }

  #isDone(): boolean {
    const isAtRest = this.#requests.pending === 0 && !this.#notifier.busy;
    return this.#isOver && isAtRest;
  }

  /** Nothing that fails here may keep the process from ending; the last status is tried for a minute. */
  #close(end: KeeperEnd): void {
    const closed = (): void => {
      this.#store.dispose();
      this.#dispatch({ kind: 'closed' });
    };
    this.#supervisor.start({
      name: words('the end of the validator'),
      run: () => this.#validation.stop(),
      done: () => (end === 'gone' ? closed() : this.#writeLast(closed)),
      failed: () => (end === 'gone' ? closed() : this.#writeLast(closed)),
    });
  }

  #writeLast(closed: () => void): void {
    this.#supervisor.start({
      name: words('the last status'),
      run: () => this.#status.writeNow({ ...this.#fields(), validator: undefined }),
      done: closed,
      failed: closed,
      retryAfterMs: LAST_STATUS_MS,
    });
  }
}

type TurnStep = readonly [name: Words, step: () => Promise<void> | void];
