import { toError } from '../base/async';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { identityOf } from '../engine/process/identity';
import { livesForRun, trainersOfRun } from '../engine/process/run-processes';
import { stopTrainer, sweep } from '../engine/process/stop-ladder';
import type { ProcessIdentity, RunFile, StatusFile } from '../run/files';
import type { RunPaths } from '../run/folder/paths';
import { FINAL_STATES, type RunStateName } from '../run/state-names';
import { judgeOutcome, lastWordsOf, type Outcome, type StopCause } from './outcome';
import { Readers, type Unread } from './readers';
import type { RunBook } from './run-book';
import { adoptTrainer, startTrainer, type TrainerEnd, type TrainerProcess } from './trainer-process';

export type TrainerControlOptions = {
  readonly run: RunFile;
  readonly paths: RunPaths;
  readonly book: RunBook;
  readonly installDir: string;
  /** The trainer's situation changed: take another turn. */
  readonly onChange: () => void;
};

/** The one trainer of a run: started, resumed or adopted, stopped, and how it ended. */
export class TrainerControl {
  readonly #options: TrainerControlOptions;
  #trainer: TrainerProcess | undefined;
  #exit: TrainerEnd | undefined;
  #cause: StopCause | undefined;
  #hurry = false;
  /** Unix ms; never for a trainer that was adopted. */
  #startedAt = Number.POSITIVE_INFINITY;
  #settling = false;
  #outcome: Outcome | undefined;
  readonly #readers: Readers;

  constructor(options: TrainerControlOptions) {
    this.#options = options;
    this.#readers = new Readers(options.run);
  }

  /** Undefined while a trainer lives, or while what it left behind is being ended. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  get identity(): ProcessIdentity | undefined {
    return this.#trainer?.identity;
  }

  get alive(): boolean {
    return this.#trainer !== undefined && this.#exit === undefined;
  }

  get exited(): boolean {
    return this.#exit !== undefined;
  }

  get cause(): StopCause | undefined {
    return this.#cause;
  }

  get attempt(): number {
    return this.#trainer?.attempt ?? lastAttempt(this.#options.book);
  }

  /** What this trainer said first; undefined before it did. */
  get hello() {
    const { hello } = this.#options.book.state;
    // An adapter counts on where the program that it reads went back.
    return hello !== undefined && hello.attempt >= this.attempt ? hello : undefined;
  }

  get state(): RunStateName {
    if (this.#outcome) return this.#outcome.state;
    if (this.#cause) return 'stopping';
    return this.hello ? 'running' : 'starting';
  }

  /** Takes a living trainer over, or starts one where the task says so, or keeps what was known of a run that has ended. */
  async begin(task: KeeperTask, previous: StatusFile | undefined): Promise<void> {
    const { run, book } = this.#options;
    const last = lastAttempt(book);
    const living = livingTrainer(run.id, previous);
    const unread =
      task === 'resume' ? undefined : this.#readers.toStart(previous, book.state.end !== undefined);
    if (unread) return this.#read(unread, last + 1, previous);
    if (living) return this.#adopt(living, Math.max(1, last), previous);
    if (task === 'resume' || (task === 'start' && last === 0)) return this.#start(last + 1);
    this.#outcome = keptOutcome(previous, book);
  }

  /** Ends the trainer by the ladder; a second request does not wait for it to obey. */
  stop(cause: StopCause): void {
    if (!this.#trainer || this.#exit) return;
    if (this.#cause) {
      this.#hurry = true;
      return;
    }
    this.#cause = cause;
    void this.#climb(this.#trainer);
  }

  /** After the trainer's last events were read: ends what it left behind, then judges how it ended. */
  settle(): void {
    if (this.#exit === undefined || this.#settling) return;
    this.#settling = true;
    void this.#conclude(this.#exit);
  }

  /** A trainer that cannot begin ends without a hello; an `end` from before it was started is another attempt's. */
  #ownEnd() {
    const { end } = this.#options.book.state;
    return this.hello || (end && end.t >= this.#startedAt) ? end : undefined;
  }

  async #start(attempt: number, programPid?: number): Promise<void> {
    this.#startedAt = Date.now();
    const { run, paths, book, installDir } = this.#options;
    const note = (message: string): void => book.note({ type: 'keeper', pid: process.pid, attempt, message });
    try {
      const attach = programPid === undefined ? {} : { programPid };
      const trainer = await startTrainer({ run, dir: paths.dir, attempt, installDir, ...attach });
      note(`trainer started (process ${trainer.identity.pid})`);
      this.#watch(trainer);
    } catch (error) {
      const { message, cause } = toError(error);
      const reason = cause === undefined ? message : `${message}: ${toError(cause).message}`;
      note(reason);
      this.#outcome = { state: 'failed', reason };
    }
  }

  /** A run that lost its reader goes on; where it was being stopped, that goes on too. */
  async #read({ programPid }: Unread, attempt: number, previous: StatusFile | undefined): Promise<void> {
    await this.#start(attempt, programPid);
    if (previous?.state === 'stopping') this.stop({ kind: 'asked' });
  }

  async #replaceReader({ programPid }: Unread, { exitCode, signal }: TrainerEnd): Promise<void> {
    const { book, onChange } = this.#options;
    const how = signal ? `by ${signal}` : `with exit code ${exitCode ?? 'unknown'}`;
    const message = `what read the run was ended ${how}; another one reads on`;
    book.note({ type: 'keeper', pid: process.pid, attempt: this.attempt, message });
    await this.#start(lastAttempt(book) + 1, programPid);
    this.#exit = undefined;
    this.#settling = false;
    onChange();
  }

  #adopt(identity: ProcessIdentity, attempt: number, previous: StatusFile | undefined): void {
    const { book } = this.#options;
    const trainer = adoptTrainer(identity, attempt);
    book.note({
      type: 'keeper',
      pid: process.pid,
      attempt,
      message: `trainer adopted (process ${identity.pid})`,
    });
    this.#watch(trainer);
    if (previous?.state === 'stopping') this.stop({ kind: 'asked' });
  }

  #watch(trainer: TrainerProcess): void {
    this.#trainer = trainer;
    void trainer.ended.then((exit) => {
      this.#exit = exit;
      this.#options.onChange();
    });
  }

  async #climb(trainer: TrainerProcess): Promise<void> {
    const target = { runId: this.#options.run.id, pid: trainer.identity.pid, alive: trainer.alive };
    try {
      await stopTrainer(target, { hurry: () => this.#hurry });
    } catch (error) {
      const { message } = toError(error);
      this.#options.book.note({ type: 'keeper', pid: process.pid, attempt: trainer.attempt, message });
    }
    this.#options.onChange();
  }

  async #conclude(exit: TrainerEnd): Promise<void> {
    const { run, paths, book, onChange } = this.#options;
    const hasEnded = this.hello !== undefined && book.state.end !== undefined;
    const unread = hasEnded || this.#cause ? undefined : this.#readers.toReplace();
    if (unread) return this.#replaceReader(unread, exit);
    try {
      await sweep(run.id);
    } catch (error) {
      const { message } = toError(error);
      book.note({ type: 'keeper', pid: process.pid, attempt: this.attempt, message });
    }
    const end = this.#ownEnd();
    const lastWords = await lastWordsOf(paths.stdout);
    this.#outcome = judgeOutcome({ end, exit, cause: this.#cause, lastWords });
    const { state, reason } = this.#outcome;
    const message = `trainer ended: ${state}${reason === undefined ? '' : `, ${reason}`}`;
    book.note({ type: 'keeper', pid: process.pid, attempt: this.attempt, message });
    onChange();
  }
}

function lastAttempt(book: RunBook): number {
  const attempts = book.state.keeper.map((entry) => (entry.type === 'keeper' ? entry.attempt : 0));
  return Math.max(0, book.state.hello?.attempt ?? 0, ...attempts);
}

/** Found by the keeper's last word, else by the environment that every process of the run carries. */
function livingTrainer(id: string, previous: StatusFile | undefined): ProcessIdentity | undefined {
  if (livesForRun(previous?.trainer, id)) return previous.trainer;
  const [oldest] = trainersOfRun(id);
  return oldest && identityOf(oldest.pid);
}

/** A run whose trainer ended before this keeper came: as its last keeper judged it, else by its `end`, else lost. */
function keptOutcome(previous: StatusFile | undefined, book: RunBook): Outcome {
  const { end } = book.state;
  const state = previous?.ended ?? previous?.state;
  if (previous && state && FINAL_STATES.has(state)) {
    const { reason, exitCode, signal } = previous;
    return { state, reason, exitCode, signal };
  }
  if (end) return judgeOutcome({ end, exit: UNKNOWN, cause: undefined, lastWords: '' });
  return { state: 'lost', reason: 'trainer and keeper are gone without a word' };
}

const UNKNOWN: TrainerEnd = { exitCode: undefined, signal: undefined };
