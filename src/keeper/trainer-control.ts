import { wordsOf } from '../base/worded-error';
import { quoted, type Words, words } from '../base/words';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { thisMachine } from '../engine/process/identity';
import type { RunMark } from '../engine/process/run-environment';
import { livesForRun, markOf, trainersOfRun } from '../engine/process/run-processes';
import { stopTrainer, sweep } from '../engine/process/stop-ladder';
import type { ProcessIdentity, RunFile, StatusFile } from '../run/files';
import type { RunPaths } from '../run/folder/paths';
import { FINAL_STATES, type RunStateName, STATE_WORDS } from '../run/state-names';
import { judgeOutcome, lastWordsOf, type Outcome, type StopCause } from './outcome';
import { Readers, type Unread } from './readers';
import type { RunJournal } from './run-journal';
import { isPassing, PASSING_MS, type Supervisor } from './supervisor';
import { adoptTrainer, startTrainer, type TrainerEnd, type TrainerProcess } from './trainer-process';
import { type TrainerState, type TrainerTransition, trainerTransition } from './trainer-state';

export type TrainerControlOptions = {
  readonly run: RunFile;
  readonly paths: RunPaths;
  readonly journal: RunJournal;
  readonly installDir: string;
  readonly supervisor: Supervisor;
  /** What the end means for a run of this kind. */
  readonly conclude: (outcome: Outcome) => Outcome;
  /** The trainer's situation changed: take another turn. */
  readonly onChange: () => void;
};

const STOP_AGAIN_MS = [2000, 10_000, 30_000] as const;

/** The one trainer of a run: started, resumed or adopted, stopped, and how it ended. */
export class TrainerControl {
  readonly #options: TrainerControlOptions;
  readonly #mark: RunMark;
  readonly #readers: Readers;
  #state: TrainerState = { kind: 'unknown' };

  constructor(options: TrainerControlOptions) {
    this.#options = options;
    this.#mark = markOf(options.paths.dir, options.run);
    this.#readers = new Readers(options.run, this.#mark);
  }

  /** Undefined while a trainer is alive, or while the processes that it left behind are being ended. */
  get outcome(): Outcome | undefined {
    return this.#state.kind === 'over' ? this.#state.outcome : undefined;
  }

  get identity(): ProcessIdentity | undefined {
    return 'trainer' in this.#state ? this.#state.trainer.identity : undefined;
  }

  /** It trains, or is about to. */
  get alive(): boolean {
    const { kind } = this.#state;
    return kind === 'starting' || kind === 'living' || kind === 'stopping';
  }

  /** Its process has ended, and its last events have not been read yet. */
  get exited(): boolean {
    return this.#state.kind === 'exited';
  }

  get cause(): StopCause | undefined {
    return 'cause' in this.#state ? this.#state.cause : undefined;
  }

  get attempt(): number {
    const own = 'trainer' in this.#state ? this.#state.trainer.attempt : undefined;
    return (
      own ??
      ('attempt' in this.#state ? this.#state.attempt : undefined) ??
      lastAttempt(this.#options.journal)
    );
  }

  /** This trainer's `hello` event; undefined before it came. */
  get hello() {
    const { hello } = this.#options.journal.state;
    // An adapter continues to count at the step to which its program went back.
    return hello !== undefined && hello.attempt >= this.attempt ? hello : undefined;
  }

  get state(): RunStateName {
    if (this.#state.kind === 'over') return this.#state.outcome.state;
    if (this.cause) return 'stopping';
    return this.hello ? 'running' : 'starting';
  }

  /** Adopts a living trainer, or starts one if the task says so, or keeps what was known of a run that has ended. */
  begin(task: KeeperTask, previous: StatusFile | undefined): void {
    const { journal } = this.#options;
    const living = livingTrainer(this.#mark, previous);
    const unread =
      task === 'resume' ? undefined : this.#readers.toStart(previous, journal.state.end !== undefined);
    if (unread) this.#start(lastAttempt(journal) + 1, unread.programPid);
    else if (living) this.#adopt(living, Math.max(1, lastAttempt(journal)));
    else this.#beginAnew(task, previous);
    // A run that was being stopped when its keeper or its reader died is stopped all the same.
    if ((unread || living) && previous?.state === 'stopping') this.stop({ kind: 'asked' });
  }

  #beginAnew(task: KeeperTask, previous: StatusFile | undefined): void {
    const { journal } = this.#options;
    const last = lastAttempt(journal);
    if (task === 'resume' || (task === 'start' && last === 0)) this.#start(last + 1);
    else this.#dispatch({ kind: 'judged', outcome: keptOutcome(previous, journal) });
  }

  /** Whether a trainer has ended while this keeper was running. */
  get hasSeenEnd(): boolean {
    return this.#state.kind === 'over' && this.#state.attempt !== undefined;
  }

  /** The next attempt of a run whose trainer has ended. */
  again(): void {
    this.#start(lastAttempt(this.#options.journal) + 1);
  }

  /** Ends the trainer step by step: ask, interrupt, kill; a second request does not wait for it to comply. */
  stop(cause: StopCause): void {
    this.#dispatch({ kind: 'stop', cause });
  }

  /** A paused run ends here; false if it is not paused. */
  drop(outcome: Outcome): boolean {
    return this.#dispatch({ kind: 'drop', outcome });
  }

  /** After the trainer's last events were read: ends the processes that it left behind, then judges how it ended. */
  settle(): void {
    this.#dispatch({ kind: 'settle' });
  }

  /** Applies an event, and starts what the next state requires; false if the event means nothing now. */
  #dispatch(event: TrainerTransition): boolean {
    const before = this.#state;
    this.#state = trainerTransition(before, event);
    const now = this.#state;
    if (now === before) return false;
    if (now.kind === 'stopping' && before.kind !== 'stopping') this.#climb(now.trainer);
    if (now.kind === 'settling') this.#conclude(now.exit);
    this.#options.onChange();
    return true;
  }

  #start(attempt: number, programPid?: number): void {
    const { run, paths, installDir, supervisor } = this.#options;
    const attach = programPid === undefined ? {} : { programPid };
    const startedAt = Date.now();
    // Never a second trainer beside one that is alive or being started.
    if (!this.#dispatch({ kind: 'start', attempt })) return;
    supervisor.start({
      name: words('the start of the trainer'),
      run: () => startTrainer({ run, dir: paths.dir, attempt, installDir, ...attach }),
      done: (trainer) => {
        this.#note(attempt, words('trainer started (process {0})', trainer.identity.pid));
        this.#watch(trainer, startedAt);
      },
      failed: (error) => {
        const reason = withCause(error);
        this.#note(attempt, reason);
        this.#dispatch({ kind: 'judged', outcome: { state: 'failed', reason } });
      },
      retryAfterMs: PASSING_MS,
      mayPass: isPassing,
    });
  }

  #adopt(identity: ProcessIdentity, attempt: number): void {
    this.#note(attempt, words('trainer adopted (process {0})', identity.pid));
    const { dir } = this.#options.paths;
    this.#watch(adoptTrainer(dir, identity, attempt), Number.POSITIVE_INFINITY);
  }

  #watch(trainer: TrainerProcess, startedAt: number): void {
    if (!this.#dispatch({ kind: 'started', trainer, startedAt })) return;
    this.#options.supervisor.start({
      name: words('watching the trainer'),
      run: () => trainer.ended,
      done: (exit) => this.#dispatch({ kind: 'exit', exit }),
      failed: () => this.#dispatch({ kind: 'exit', exit: UNKNOWN }),
    });
  }

  /** Until it has ended: what cannot be ended now is tried again. */
  #climb(trainer: TrainerProcess): void {
    const { supervisor, onChange } = this.#options;
    const { identity, alive, adopted } = trainer;
    const target = { run: this.#mark, pid: identity.pid, alive, own: !adopted };
    const hurry = (): boolean => this.#state.kind === 'stopping' && this.#state.hurry;
    const isOver = (): boolean => !('trainer' in this.#state && this.#state.trainer === trainer);
    supervisor.start({
      name: words('the stop of the trainer'),
      run: () => stopTrainer(target, { hurry, isOver }),
      done: onChange,
      failed: () => {
        if (this.#state.kind === 'stopping') this.#climb(trainer);
      },
      retryAfterMs: STOP_AGAIN_MS,
    });
  }

  #conclude(exit: TrainerEnd): void {
    const { journal, supervisor } = this.#options;
    const hasEnded = this.hello !== undefined && journal.state.end !== undefined;
    const mayGoOn = !hasEnded && this.cause === undefined;
    const pid = this.identity?.pid ?? 0;
    supervisor.start({
      name: words('the end of what the trainer left behind'),
      run: async () => {
        const unread = mayGoOn ? this.#readers.toReplace() : undefined;
        if (unread === undefined) await sweep(this.#mark, pid);
        return unread;
      },
      done: (unread) => (unread ? this.#replaceReader(unread, exit) : this.#judge(exit)),
      failed: () => this.#judge(exit),
      retryAfterMs: PASSING_MS,
    });
  }

  #replaceReader({ programPid }: Unread, { exitCode, signal }: TrainerEnd): void {
    const said = signal
      ? words('the reader of the run ended by {0}; another one continues', signal)
      : words('the reader of the run ended with exit code {0}; another one continues', exitCode ?? '?');
    this.#note(this.attempt, said);
    this.#start(lastAttempt(this.#options.journal) + 1, programPid);
  }

  #judge(exit: TrainerEnd): void {
    const { paths, supervisor } = this.#options;
    const input = { end: this.#ownEnd(), exit, cause: this.cause };
    const conclude = (lastWords: string): void => {
      const outcome = this.#options.conclude(judgeOutcome({ ...input, lastWords }));
      const { state, reason } = outcome;
      const ended = STATE_WORDS[state];
      this.#note(
        this.attempt,
        reason === undefined
          ? words('trainer ended: {0}', ended)
          : words('trainer ended: {0}, {1}', ended, reason),
      );
      this.#dispatch({ kind: 'judged', outcome });
    };
    supervisor.start({
      name: words("the trainer's last output"),
      run: () => lastWordsOf(paths.stdout),
      done: conclude,
      failed: () => conclude(''),
    });
  }

  /** A trainer that cannot begin ends without a hello; an `end` from before it was started belongs to another attempt. */
  #ownEnd() {
    const { end } = this.#options.journal.state;
    const startedAt = 'startedAt' in this.#state ? this.#state.startedAt : Number.POSITIVE_INFINITY;
    return this.hello || (end && end.t >= startedAt) ? end : undefined;
  }

  #note(attempt: number, said: Words): void {
    this.#options.journal.note({ type: 'keeper', pid: process.pid, attempt, said });
  }
}

function withCause(error: Error): Words {
  const { cause } = error;
  return cause === undefined ? wordsOf(error) : words('{0}: {1}', wordsOf(error), wordsOf(cause));
}

function lastAttempt(journal: RunJournal): number {
  const attempts = journal.state.keeper.map((entry) => (entry.type === 'keeper' ? entry.attempt : 0));
  return Math.max(0, journal.state.hello?.attempt ?? 0, ...attempts);
}

/** Found by the keeper's last record, else by the environment that every process of the run carries. */
function livingTrainer(run: RunMark, previous: StatusFile | undefined): ProcessIdentity | undefined {
  if (livesForRun(previous?.trainer, run)) return previous.trainer;
  const [oldest] = trainersOfRun(run);
  return oldest && { pid: oldest.pid, started: oldest.started, ...thisMachine() };
}

/** A run whose trainer ended before this keeper came: as its last keeper judged it, else by its `end`, else lost. */
function keptOutcome(previous: StatusFile | undefined, journal: RunJournal): Outcome {
  const { end } = journal.state;
  const state = previous?.ended ?? previous?.state;
  if (previous && state && FINAL_STATES.has(state)) {
    const { reason, said = reason === undefined ? undefined : quoted(reason), exitCode, signal } = previous;
    return { state, ...(said && { reason: said }), exitCode, signal };
  }
  if (end) return judgeOutcome({ end, exit: UNKNOWN, cause: undefined, lastWords: '' });
  return { state: 'lost', reason: words('trainer and keeper ended without a message') };
}

const UNKNOWN: TrainerEnd = { exitCode: undefined, signal: undefined };
