import { randomUUID } from 'node:crypto';
import { type Deferred, deferred } from '../base/async';
import { DisposableStore } from '../base/disposable';
import { wordsOf } from '../base/worded-error';
import { inEnglish, words } from '../base/words';
import { askedByEngine } from '../engine/targets/in-job';
import { PollLoop } from '../engine/watch/poll-loop';
import type { StatusFile } from '../run/files';
import { watchForDeletion } from '../run/folder/is-gone';
import { type RunPaths, runPaths } from '../run/folder/paths';
import { endOf } from '../run/times';
import { createParts, type KeeperOptions, type KeeperParts } from './keeper-parts';
import { type KeeperEnd, type KeeperEvent, type KeeperState, keeperTransition } from './keeper-state';
import { openJournal, type RunJournal } from './run-journal';
import { PASSING_MS, retrying, type Trouble } from './supervisor';
import { Turn } from './turn';

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
const LAST_STATUS_MS = [250, 1000, 4000, 15_000, 30_000] as const;
const LEAVE_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** The life of one run's keeper: begins, takes turns that never overlap, and ends. */
class Keeper {
  readonly #options: KeeperOptions;
  readonly #paths: RunPaths;
  readonly #store = new DisposableStore();
  readonly #parts: KeeperParts;
  readonly #turn: Turn;
  readonly #isGone: () => boolean;
  readonly #noted = new Set<string>();
  readonly #end: Deferred<KeeperEnd> = deferred();
  #state: KeeperState = { kind: 'keeping' };
  #loop: PollLoop | undefined;

  constructor(options: KeeperOptions, paths: RunPaths, journal: RunJournal) {
    this.#options = options;
    this.#paths = paths;
    this.#isGone = watchForDeletion(paths.dir);
    this.#parts = createParts({
      ...{ ...options, paths, journal, store: this.#store },
      onChange: () => this.#loop?.pollSoon(),
      onTrouble: (trouble) => this.#report(trouble),
    });
    this.#turn = new Turn(this.#parts);
  }

  get finished(): Promise<KeeperEnd> {
    return this.#end.promise;
  }

  async begin(previous: StatusFile | undefined): Promise<void> {
    const { run, dir, task } = this.#options;
    const { alarms } = this.#turn.readEvents();
    this.#parts.journal.readValidations(dir);
    this.#parts.trainer.begin(task, previous);
    if (this.#parts.trainer.outcome)
      this.#parts.status.keepEnd(endOf(previous, this.#parts.journal.state.end));
    await this.#turn.actOn(alarms);
    // A run that is followed may never have a model to validate.
    const validates = run.experiment.resolved.validation.enabled && !run.follows;
    if (this.#parts.trainer.alive && validates) this.#parts.validation.warmUp();
    if (this.#parts.trainer.alive && !run.follows) this.#parts.gpu.start();
    this.#parts.validation.judge();
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
      poll: () => this.#takeTurn(),
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
    if (this.#parts.trainer.alive) this.#stopTrainer();
    else this.leave();
  }

  #stopTrainer(): void {
    const { why } = askedByEngine(this.#paths.dir);
    const stop = (): void => this.#parts.trainer.stop({ kind: 'asked', said: why });
    this.#parts.supervisor.start({
      name: words('the stop at the end of the leash'),
      run: () => this.#parts.requests.forward(randomUUID(), { type: 'stop', ...(why && { why }) }, 'leash'),
      done: stop,
      failed: stop,
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
    this.#parts.status.dispose();
    this.#parts.journal.seal();
  }

  /** Writes what failed, and whether it is tried again, once into the log of the run, which people and hosts read. */
  #report({ name, error, retryMs }: Trouble): void {
    this.#options.onError(error);
    const said =
      retryMs === undefined
        ? words('{0} failed: {1}', name, wordsOf(error))
        : words('{0} failed: {1}; it is tried again', name, wordsOf(error));
    const message = inEnglish(said);
    if (this.#noted.has(message) || this.#noted.size >= MOST_NOTED) return;
    this.#noted.add(message);
    this.#parts.journal.note({ type: 'alert', rule: 'keeper', severity: 'warning', said, numbers: {} });
  }

  async #takeTurn(): Promise<boolean> {
    if (this.#isGone() || !this.#options.isHeld()) this.#dispatch({ kind: 'gone' });
    if (this.#state.kind === 'abandoning') this.#abandon();
    this.#dispatch({ kind: 'turn' });
    if (this.#state.kind !== 'keeping') return false;
    const isBusy = await this.#turn.take();
    if (this.#turn.isDone) this.#dispatch({ kind: 'done' });
    return isBusy;
  }

  /**
   * Deleting a run, or taking it over, should not have to wait for its trainer: it is killed, and nothing is written
   * into the folder.
   */
  #abandon(): void {
    const cause = { kind: 'asked' } as const;
    if (this.#parts.trainer.exited) this.#parts.trainer.settle();
    if (this.#parts.trainer.alive && this.#parts.trainer.cause === undefined) this.#parts.trainer.stop(cause);
    this.#parts.trainer.stop(cause);
    if (this.#parts.trainer.outcome) this.#dispatch({ kind: 'done' });
  }

  /** Nothing that fails here may keep the process from ending; the last status is tried for a minute. */
  #close(end: KeeperEnd): void {
    const closed = (): void => {
      this.#store.dispose();
      this.#dispatch({ kind: 'closed' });
    };
    this.#parts.supervisor.start({
      name: words('the end of the validator'),
      run: () => this.#parts.validation.stop(),
      done: () => (end === 'gone' ? closed() : this.#writeLast(closed)),
      failed: () => (end === 'gone' ? closed() : this.#writeLast(closed)),
    });
  }

  #writeLast(closed: () => void): void {
    this.#parts.supervisor.start({
      name: words('the last status'),
      run: () => this.#parts.status.writeNow({ ...this.#turn.statusFields(), validator: undefined }),
      done: closed,
      failed: closed,
      retryAfterMs: LAST_STATUS_MS,
    });
  }
}
