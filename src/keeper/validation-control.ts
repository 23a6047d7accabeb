import { wordsOf } from '../base/worded-error';
import { inEnglish, listed, type Words, words } from '../base/words';
import type { BetterBest } from '../domain/notify/news';
import { createPlateauAlarm } from '../domain/run/plateau';
import { bestValidated, onOtherValSets } from '../domain/run/val-set';
import { planValidation, type QueuePlan } from '../domain/run/validation-queue';
import { experimentNow } from '../engine/control/follow-folder';
import type { Draws, ValidateResult } from '../protocol/validator';
import { detectionsPath, type RunFile, type StatusFile } from '../run/files';
import { makeFolderIn } from '../run/folder/open-folder';
import type { RunPaths } from '../run/folder/paths';
import { versusBest } from '../run/standing';
import type { CheckpointState } from '../run/state';
import type { Compared, DrawnMaps } from '../run/validation';
import { lrAhead } from './lr-ahead';
import type { Monitor } from './monitor';
import type { RunJournal } from './run-journal';
import { dueAfter, historyOf, waitedSince } from './run-watch';
import { isPassing, PASSING_MS, type Supervisor } from './supervisor';
import {
  epochOf,
  type ValidationEvent,
  type ValidationState,
  validationTransition,
} from './validation-state';
import { type ValidationEnd, Validators } from './validators';

export type ValidationControlOptions = {
  readonly run: RunFile;
  readonly paths: RunPaths;
  readonly journal: RunJournal;
  readonly monitor: Monitor;
  readonly installDir: string;
  readonly supervisor: Supervisor;
  readonly onChange: () => void;
  /** A checkpoint was compared with the best before it, which it beats. */
  readonly onBetter: (best: BetterBest) => void;
};

/** Validates the checkpoints of one run, one after another, and logs the results and what follows from them. */
export class ValidationControl {
  readonly #options: ValidationControlOptions;
  readonly #validators: Validators;
  readonly #plateau = createPlateauAlarm();
  readonly #asked: number[] = [];
  readonly #noted = new Set<string>();
  #state: ValidationState = { kind: 'free' };
  #waiting: readonly number[] = [];
  /** Epochs that were judged on other val sets, as far as reported. */
  /** Of the checkpoint that was validated last, if its detections are not kept. */
  #draws: (Draws & { readonly epoch: number }) | undefined;
  #otherSets = 0;

  constructor(options: ValidationControlOptions) {
    this.#options = options;
    const note = (said: Words): void =>
      options.journal.note({ type: 'keeper', pid: process.pid, attempt: 0, said });
    const { run, paths, installDir, supervisor, journal } = options;
    this.#validators = new Validators({
      ...{ dir: paths.dir, run, installDir, supervisor, onNote: note },
      trainerMemory: () => journal.trainerMemory,
    });
  }

  get queue(): StatusFile['queue'] {
    const validating = epochOf(this.#state);
    return { ...(validating !== undefined && { validating }), waiting: [...this.#waiting] };
  }

  get idle(): boolean {
    return this.queued.size === 0;
  }

  get validators(): Validators {
    return this.#validators;
  }

  /** Everything that waits or is being validated. */
  get queued(): ReadonlySet<number> {
    const epoch = epochOf(this.#state);
    return new Set([...this.#waiting, ...(epoch === undefined ? [] : [epoch])]);
  }

  ask(epoch: number): void {
    if (!this.#asked.includes(epoch)) this.#asked.push(epoch);
  }

  /** Brings the queue up to date and starts the next validation. */
  turn(trainerEnded: boolean): void {
    if (this.stopped) return;
    const plan = this.#plan(trainerEnded);
    for (const skip of plan.skip) this.#options.journal.noteValidation({ type: 'skipped', ...skip });
    this.#waiting = plan.waiting;
    this.#warnBehind();
    if (plan.next !== undefined) this.#start(plan.next);
  }

  /** The run was stopped: the current validation is given up, waiting checkpoints are skipped, the process ends. */
  giveUp(said: Words): void {
    const given = [...this.queued];
    this.#end();
    for (const epoch of given) this.#options.journal.noteValidation({ type: 'skipped', epoch, said });
  }

  /** Ends the validator and leaves the queue to a later keeper. */
  async stop(): Promise<void> {
    this.#end();
    await this.#validators.stop();
  }

  /** No further validation is started or recorded. */
  get stopped(): boolean {
    return this.#state.kind === 'ended';
  }

  /** Starts the processes ahead of the first checkpoint. */
  warmUp(): void {
    const ignore = (): void => undefined;
    // What is wrong with them is reported by the first validation, too.
    const work = { name: words('the start of the validator'), done: ignore, failed: ignore };
    this.#options.supervisor.start({ ...work, run: () => this.#validators.warmUp() });
  }

  #end(): void {
    this.#waiting = [];
    this.#dispatch({ kind: 'end' });
  }

  /** Applies an event, and starts what the next state requires. */
  #dispatch(event: ValidationEvent): void {
    const before = this.#state;
    this.#state = validationTransition(before, event);
    const now = this.#state;
    if (now === before) return;
    if (now.kind === 'comparing') this.#compare(now.epoch, now.before);
    if (now.kind === 'ended') this.#endValidators();
    this.#options.onChange();
  }

  #endValidators(): void {
    const { supervisor, onChange } = this.#options;
    const run = () => this.#validators.stop();
    supervisor.start({ name: words('the end of the validator'), run, done: onChange, failed: onChange });
  }

  #plan(trainerEnded: boolean): QueuePlan {
    const { state } = this.#options.journal;
    const kept = [...state.checkpoints.values()].filter((c) => c.kept && c.t > 0);
    const there = kept.filter((c) => this.#asked.includes(c.epoch) || !this.#isHeldBack(c));
    const inState = (...names: CheckpointState['state'][]) =>
      new Set(there.filter((c) => names.includes(c.state)).map((c) => c.epoch));
    return planValidation({
      checkpoints: there.map((c) => c.epoch),
      done: inState('validated', 'failed'),
      skipped: inState('skipped'),
      asked: this.#asked,
      validating: epochOf(this.#state),
      settings: experimentNow(this.#options.run, state.plan?.dataset).validation,
      lastEpoch: state.plan?.epochs,
      trainerEnded,
    });
  }

  /** Reported once: a model that may not be opened without consent is skipped, and what to do about it. */
  #isHeldBack({ epoch, path, state }: CheckpointState): boolean {
    if (state === 'validated' || !this.#validators.needsWord(path, this.#options.journal.state.plan?.dataset))
      return false;
    const said = words(
      'a .pt of another program is opened only on request: pitwall validate --run NAME@EPOCH',
    );
    if (state === 'waiting') this.#options.journal.noteValidation({ type: 'skipped', epoch, said });
    return true;
  }

  #start(epoch: number): void {
    const { journal, paths, supervisor } = this.#options;
    const checkpoint = journal.state.checkpoints.get(epoch);
    if (!checkpoint) return;
    const isAsked = this.#asked.includes(epoch);
    if (isAsked) this.#asked.splice(this.#asked.indexOf(epoch), 1);
    const { task, ownJudge, dataset, validation: rule } = journal.state.plan ?? {};
    this.#dispatch({ kind: 'start', epoch });
    supervisor.start({
      name: words('the validation of epoch {0}', epoch),
      run: async () => {
        makeFolderIn(paths.detections, paths.dir);
        return this.#validators.validate(checkpoint, { isAsked, rule, task, ownJudge, dataset });
      },
      done: (outcome) => this.#take(checkpoint, outcome),
      failed: (error) => this.#take(checkpoint, { kind: 'failed', said: wordsOf(error) }),
      retryAfterMs: PASSING_MS,
      mayPass: isPassing,
    });
  }

  /** Even if writing fails, the next checkpoint gets its turn. */
  #take(checkpoint: CheckpointState, outcome: ValidationEnd): void {
    if (this.stopped) return;
    const best = this.#options.journal.state.best?.epoch;
    const before = best === checkpoint.epoch ? undefined : best;
    try {
      this.#record(checkpoint, outcome);
    } finally {
      this.#dispatch(
        outcome.kind === 'validated'
          ? { kind: 'validated', isComparable: isComparable(outcome), before }
          : { kind: 'failed' },
      );
    }
  }

  /** The metrics are written already; the verdict follows them. */
  #compare(epoch: number, before: number | undefined): void {
    const done = (): void => this.#dispatch({ kind: 'compared' });
    this.#options.supervisor.start({
      name: words('the comparison of epoch {0} with the best before it', epoch),
      run: () => this.#judgeAgainst(epoch, before),
      done: (entries) => {
        if (!this.stopped) for (const entry of entries) this.#noteVerdict(entry);
        this.#options.monitor.validated();
        done();
      },
      failed: done,
    });
  }

  #noteVerdict(entry: ComparedEntry): void {
    const { journal, onBetter } = this.#options;
    journal.noteValidation(entry);
    if (entry.type !== 'compared') return;
    const { epoch, versusBest } = entry;
    const { map } = journal.state.validations.get(epoch) ?? { map: Number.NaN };
    const { epoch: before, difference, low, high } = versusBest;
    onBetter({ epoch, map, before, difference, low, high });
  }

  /** By the draws of both, if there are any of the best before; else image by image, from its detections. */
  async #judgeAgainst(epoch: number, before: number | undefined): Promise<ComparedEntry[]> {
    const own = this.#draws?.epoch === epoch ? ({ type: 'drawn', ...this.#draws } as const) : undefined;
    const drawn = own ?? (await this.#validators.draw(epoch));
    const kept = drawn ? [drawn] : [];
    if (before === undefined) return kept;
    const versus = drawn && versusBest(this.#options.journal.state, { ...drawn, t: Date.now() }, before);
    if (versus) return [...kept, { type: 'compared', epoch, versusBest: versus }];
    if (own) return kept;
    const pair = await this.#validators.compare(before, epoch);
    return pair ? [...kept, { type: 'compared', epoch, versusBest: { epoch: before, ...pair } }] : kept;
  }

  #record({ epoch, step, path }: CheckpointState, outcome: ValidationEnd): void {
    const { journal } = this.#options;
    if (outcome.kind === 'validated') {
      const { report, fingerprint, problems, draws } = outcome.result;
      // Of a task other than detection nothing is kept but its numbers, and what they are on other draws of the val set.
      const det = report.task === undefined ? { det: detectionsPath(epoch) } : {};
      const kept = fingerprint === '' ? det : { ...det, fingerprint };
      this.#draws = draws && { epoch, ...draws };
      journal.noteValidation({ type: 'validation', epoch, step, path, ...kept, ...report });
      this.#noteProblems(problems);
      this.#warnOtherSets(epoch);
      this.judge();
    } else if (outcome.kind === 'failed') {
      journal.noteValidation({ type: 'failed', epoch, said: outcome.said });
      const rule = 'validation_failed';
      const said = words('epoch {0} could not be validated: {1}', epoch, outcome.said);
      journal.note({ type: 'alert', rule, severity: 'error', said, epoch, numbers: {} });
    }
  }

  /** The best checkpoint by mAP50-95, and whether mAP still rises. */
  judge(): void {
    const { journal, monitor } = this.#options;
    const best = bestValidated(journal.state.validations.values());
    if (best && best.epoch !== journal.state.best?.epoch) {
      const { epoch, map, path } = best;
      journal.note({ type: 'best', epoch, map, path });
    }
    const history = historyOf(journal.state);
    const plateau = this.#plateau(history, lrAhead(journal.state, history.at(-1)?.epoch ?? 0));
    if (plateau) monitor.raise(plateau, 0);
    monitor.validated();
  }

  /** What the validator reported about the val set: each line once, all new ones in one alert. */
  #noteProblems(problems: ValidateResult['problems']): void {
    const fresh = problems.filter((said) => !this.#noted.has(inEnglish(said)));
    for (const said of fresh) this.#noted.add(inEnglish(said));
    if (fresh.length === 0) return;
    const said = summaryOf(fresh);
    const numbers = { problems: fresh.length };
    this.#options.monitor.raise({ rule: 'val_set', severity: 'warning', said, numbers }, 0);
  }

  /** Once for each change: results on the earlier val set no longer count. */
  #warnOtherSets(epoch: number): void {
    const others = onOtherValSets(this.#options.journal.state.validations.values());
    if (others.length === this.#otherSets) return;
    this.#otherSets = others.length;
    if (others.length === 0) return;
    const [first, last] = [others[0], others[others.length - 1]];
    const said =
      first === last
        ? words(
            'the val set has changed: epoch {0} was judged on another one and no longer counts for best, keep_best and early stopping',
            first,
          )
        : words(
            'the val set has changed: {0} epochs from {1} to {2} were judged on another one and no longer count for best, keep_best and early stopping',
            others.length,
            first,
            last,
          );
    const next = words('pitwall validate --run RUN@EPOCH judges one again');
    const numbers = { epochs: others.length };
    this.#options.monitor.raise(
      { rule: 'val_set_changed', severity: 'warning', said, next, epoch, numbers },
      0,
    );
  }

  /** How many checkpoints to be validated are newer than the one being validated, or than the last validated. */
  #warnBehind(): void {
    const { journal, run, monitor } = this.#options;
    const { validations, plan } = journal.state;
    const at = epochOf(this.#state) ?? Math.max(0, ...validations.keys());
    const { enabled, every } = experimentNow(run, plan?.dataset).validation;
    if (!enabled) return;
    const due = dueAfter(journal.state, at, every);
    const waiting = due.filter(({ path }) => !this.#validators.needsWord(path, plan?.dataset));
    const waitedMs = waitedSince(waiting, Date.now());
    monitor.queue({ behind: waiting.length, epoch: Math.max(1, at), waitedMs });
  }
}

type ComparedEntry = Omit<DrawnMaps, 't'> | Omit<Compared, 't'>;

const MOST_SHOWN = 3;

function summaryOf(lines: readonly Words[]): Words {
  if (lines.length === 1) return lines[0];
  const shown = listed(lines.slice(0, MOST_SHOWN), '; ');
  const more = lines.length - MOST_SHOWN;
  return more > 0
    ? words('{0} problems of the val set: {1}; and {2} more', lines.length, shown, more)
    : words('{0} problems of the val set: {1}', lines.length, shown);
}

/** Whether detections are kept, or draws of what was judged, so that they can be compared. */
function isComparable(outcome: ValidationEnd): boolean {
  if (outcome.kind !== 'validated') return false;
  const { report, draws } = outcome.result;
  return report.task === undefined || draws !== undefined;
}
