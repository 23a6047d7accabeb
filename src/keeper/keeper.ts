import { randomUUID } from 'node:crypto';
import { type Deferred, deferred } from '../base/async';
import { DisposableStore } from '../base/disposable';
import type { Alarm } from '../domain/run/alarms';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { LookLoop } from '../engine/watch/look-loop';
import { type RunFile, type StatusFile, zStatusFile } from '../run/files';
import { makeFolder } from '../run/folder/make-folder';
import { type RunPaths, runPaths } from '../run/folder/paths';
import { readJsonFile } from '../run/folder/whole-file';
import type { ControlRequest } from '../run/requests';
import { answerRequest } from './answer-request';
import { removeLeftovers } from './checkpoint-folder';
import { Cleanup } from './cleanup';
import { Monitor } from './monitor';
import { Requests } from './requests';
import { RunBook } from './run-book';
import { statusFields } from './status-fields';
import { type StatusFields, StatusWriter } from './status-writer';
import { judgesDivergence } from './trainer-commands';
import { TrainerControl } from './trainer-control';
import { judgeRun, ValidationControl } from './validation-control';

export type KeeperOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly installDir: string;
  readonly task: KeeperTask;
  readonly onError: (error: unknown) => void;
};

/** done: everything of the run is finished. let go: somebody asked this process to leave; the trainer goes on. */
export type KeeperEnd = 'done' | 'let go';

/** Looks after one run until trainer, queue and requests are done. The caller holds the run's lock. */
export async function keepRun(options: KeeperOptions): Promise<KeeperEnd> {
  const paths = runPaths(options.dir);
  await makeFolder(paths.trainerControl);
  await makeFolder(paths.checkpoints);
  await removeLeftovers(paths);
  const previous = await readJsonFile(paths.status, zStatusFile);
  const book = RunBook.open(options.dir, options.run);
  const keeper = new Keeper(options, paths, book);
  const leave = (): void => keeper.letGo();
  for (const signal of LEAVE_ON) process.on(signal, leave);
  try {
    await keeper.begin(previous);
    return await keeper.finished;
  } finally {
    for (const signal of LEAVE_ON) process.off(signal, leave);
    keeper.dispose();
    await book.close();
  }
}

const CHECKPOINT_CONTENT = /[\\/]checkpoints[\\/][^\\/]+[\\/]/;
const LEAVE_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** The brain of one run: each turn reads what is new and does what follows from it. Turns never overlap. */
class Keeper {
  readonly #options: KeeperOptions;
  readonly #paths: RunPaths;
  readonly #book: RunBook;
  readonly #store = new DisposableStore();
  readonly #status: StatusWriter;
  readonly #monitor: Monitor;
  readonly #trainer: TrainerControl;
  readonly #validation: ValidationControl;
  readonly #requests: Requests;
  readonly #cleanup: Cleanup;
  readonly #end: Deferred<KeeperEnd> = deferred();
  #loop: LookLoop | undefined;
  #leaving = false;
  #last = { step: 0, epoch: 0 };
  #judged: unknown;

  constructor(options: KeeperOptions, paths: RunPaths, book: RunBook) {
    this.#options = options;
    this.#paths = paths;
    this.#book = book;
    const { run, installDir } = options;
    const onChange = (): void => this.#loop?.lookSoon();
    this.#status = this.#store.track(new StatusWriter(paths.status, options.onError));
    this.#trainer = new TrainerControl({ run, paths, book, installDir, onChange });
    const monitor = new Monitor(book);
    this.#monitor = monitor;
    this.#validation = new ValidationControl({ run, paths, book, monitor, installDir, onChange });
    this.#requests = new Requests(paths, book);
    this.#cleanup = new Cleanup(run, paths, book);
  }

  get finished(): Promise<KeeperEnd> {
    return this.#end.promise;
  }

  async begin(previous: StatusFile | undefined): Promise<void> {
    const { run, dir, task, onError } = this.#options;
    const { alarms } = this.#readEvents();
    this.#book.readValidations(dir);
    await this.#trainer.begin(task, previous);
    await this.#obey(alarms);
    // A run that is followed may never have a model to validate.
    const validates = run.experiment.resolved.validation.enabled && !run.follows;
    if (this.#trainer.alive && validates) void this.#validation.lane.warmUp();
    this.#validation.judge();
    this.#loop = this.#store.track(
      new LookLoop({
        // Not events.jsonl, which changes with every step: what the keeper must hear of at once moves one of these folders,
        // and the rest may wait for the next second. Watching the log cost ten times the CPU.
        paths: [this.#paths.control, this.#paths.checkpoints],
        depth: 1,
        ignored: (file) => CHECKPOINT_CONTENT.test(file),
        look: () => this.#turn(),
        polls: () => true,
        onError,
      }),
    );
    this.#loop.lookSoon();
  }

  /** Leaves in good order: the trainer goes on, a later keeper adopts it. */
  letGo(): void {
    this.#leaving = true;
    this.#loop?.lookSoon();
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #turn(): Promise<boolean> {
    if (this.#leaving) {
      await this.#finish('let go');
      return false;
    }
    const { exited } = this.#trainer;
    const { count, alarms } = this.#readEvents();
    await this.#obey(alarms);
    for (const file of this.#requests.take()) await answerRequest(file, this.#context);
    if (exited) this.#trainer.settle();
    if (this.#trainer.outcome) this.#closeTraining();
    await this.#validation.turn(this.#trainer.outcome !== undefined);
    await this.#stopEarly();
    await this.#cleanup.turn(this.#validation.queued);
    await this.#status.set(this.#fields());
    if (this.#isDone()) await this.#finish('done');
    return count > 0 || this.#awaitsHello();
  }

  /** A trainer's first word is waited for closely, so that `starting` ends when it does. */
  #awaitsHello(): boolean {
    return this.#trainer.alive && this.#trainer.hello === undefined;
  }

  get #context() {
    return {
      book: this.#book,
      requests: this.#requests,
      trainer: this.#trainer,
      validation: this.#validation,
    };
  }

  #readEvents(): { count: number; alarms: Alarm[] } {
    const alarms: Alarm[] = [];
    const count = this.#book.readEvents((event) => {
      if (event.type === 'control') this.#requests.hear(event);
      if (event.type === 'step') this.#last = { step: event.step, epoch: event.epoch };
      alarms.push(...this.#monitor.hear(event));
    });
    if (count > 0) this.#monitor.beat(performance.now());
    return { count, alarms };
  }

  /** A trainer that does not judge divergence itself is stopped or paused for it, where the experiment says so. */
  async #obey(alarms: readonly Alarm[]): Promise<void> {
    const { trainer, on_divergence: wish } = this.#options.run.experiment.resolved;
    const alarm = alarms.find((a) => a.rule === 'diverged' || a.rule === 'non_finite');
    if (!alarm || !this.#trainer.alive || judgesDivergence(trainer) || wish === 'notify') return;
    await this.#requests.forward(randomUUID(), { type: wish }, 'keeper');
    if (wish === 'stop') this.#trainer.stop({ kind: 'diverged', message: alarm.message });
  }

  /** The trainer is gone: what it was asked and did not answer is answered, and a stopped run is not validated further. */
  #closeTraining(): void {
    const { outcome, cause } = this.#trainer;
    const { state = 'failed' } = outcome ?? {};
    this.#requests.close((request) => ({
      ok:
        request.type === 'stop' || request.type === 'stop_after_epoch' || request.type === answeredBy(state),
      message: `the trainer has ended: ${state}`,
    }));
    if (cause?.kind === 'asked' && !this.#validation.stopped)
      this.#validation.giveUp('the run was stopped before its turn came');
  }

  async #stopEarly(): Promise<void> {
    const { state } = this.#book;
    if (this.#judged === state.validations || !this.#trainer.alive || this.#trainer.cause) return;
    this.#judged = state.validations;
    const settings = this.#options.run.experiment.resolved.early_stop;
    const { stop, bestEpoch, patience } = judgeRun(state, settings);
    if (!stop) return;
    const epoch = Math.max(...state.validations.keys());
    const { metric } = settings;
    const message = `early stop at epoch ${epoch}: ${metric} (smoothed) has not improved for ${patience} epochs, best was epoch ${bestEpoch}`;
    this.#book.note({ type: 'early_stop', epoch, bestEpoch, metric, message });
    await this.#requests.forward(randomUUID(), { type: 'stop' }, 'keeper');
    this.#trainer.stop({ kind: 'early', message });
  }

  #fields(): StatusFields {
    return statusFields({
      book: this.#book,
      trainer: this.#trainer,
      validation: this.#validation,
      last: this.#last,
      stalled: this.#isStalled(),
    });
  }

  #isStalled(): boolean {
    const { alive, hello, cause } = this.#trainer;
    return alive && hello !== undefined && !cause && this.#monitor.silence(performance.now()).stalled;
  }

  #isDone(): boolean {
    return this.#trainer.outcome !== undefined && this.#validation.idle && this.#requests.pending === 0;
  }

  async #finish(end: KeeperEnd): Promise<void> {
    await this.#validation.stop();
    await this.#status.set({ ...this.#fields(), validator: undefined });
    await this.#status.flush();
    this.#store.dispose();
    this.#end.resolve(end);
  }
}

function answeredBy(state: string): ControlRequest['type'] | undefined {
  return state === 'paused' ? 'pause' : undefined;
}
