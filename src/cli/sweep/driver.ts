import path from 'node:path';
import { mapPool, toError } from '../../base/async';
import { DisposableStore } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import { type Words, words } from '../../base/words';
import { prunedAt } from '../../domain/sweep/display';
import { type AtRung, judgeArrival, judgeRung } from '../../domain/sweep/halving';
import { askAndWait, askRun } from '../../engine/control/ask';
import { takeLock } from '../../engine/control/lock';
import { type RunVariables, slotVariables } from '../../engine/queue/slot-variables';
import { readSweep, type Sweep, sweepPaths } from '../../engine/sweep/sweep-folder';
import { bestValue, type EpochValue, type TrialResult, whyHeld } from '../../engine/sweep/trial-result';
import { isPassing } from '../../engine/targets/engine-error';
import type { Target } from '../../engine/targets/target';
import type { RunState } from '../../run/state';
import { FINAL_STATES } from '../../run/state-names';
import { type SweepEntry, trialName } from '../../run/sweep';
import { untilSettled } from '../commands/requests';
import type { LoadedExperiment } from '../experiment';
import { CliFailure, KEPT_BY_ANOTHER } from '../failure';
import type { CliIo } from '../io';
import { SweepLog } from './sweep-log';
import { readTrial, trainTrial } from './trial';

export type DriveOptions = {
  readonly sweep: Sweep;
  /** Trials that train at once. */
  readonly parallel: number;
  /** GPUs by their number for CUDA, one trial each; none: all see what this process sees. */
  readonly devices: readonly string[];
  readonly target: Target;
  readonly load: (trial: number) => LoadedExperiment;
  readonly onEntry: (entry: SweepEntry) => void;
  readonly note: (text: string) => void;
};

/** `best`: whether any trial trained to its end. */
export type Driven = { readonly kind: 'ended'; readonly best: boolean } | { readonly kind: 'interrupted' };

/**
 * Trains the trials of a sweep, rung by rung. All that it knows is in their folders and in sweep.jsonl: a driver that was
 * killed is followed by another, which joins what still trains and repeats nothing.
 */
export async function driveSweep(io: CliIo, options: DriveOptions): Promise<Driven> {
  const { dir } = options.sweep;
  // The same lock as a run's keeper takes, of the same kind of folder.
  const lock = takeLock(dir);
  if (!lock) throw new CliFailure(KEPT_BY_ANOTHER, `${dir}: another process drives this sweep`);
  // Another driver may have gone on with it until a moment ago.
  const { entries } = (await readSweep(dir)) ?? options.sweep;
  const log = new SweepLog(sweepPaths(dir).log, entries, options.onEntry);
  const driver = new SweepDriver(io, options, log);
  try {
    return await driver.run();
  } finally {
    driver.dispose();
    await log.close();
    lock.release();
  }
}

class SweepDriver {
  readonly #store = new DisposableStore();
  readonly #stopAll = this.#store.track(new Emitter<void>());
  readonly #options: DriveOptions;
  readonly #log: SweepLog;
  readonly #io: CliIo;
  readonly #results = new Map<number, TrialResult>();
  #isStopping = false;
  #failure: Error | undefined;

  constructor(io: CliIo, options: DriveOptions, log: SweepLog) {
    this.#options = options;
    this.#log = log;
    const onInterrupt: Event<void> = (listener) => {
      const both = new DisposableStore();
      both.track(io.onInterrupt(listener));
      both.track(this.#stopAll.event(listener));
      return both;
    };
    this.#io = { ...io, onInterrupt };
    this.#store.track(onInterrupt(() => this.#onInterrupt()));
  }

  #onInterrupt(): void {
    if (!this.#isStopping)
      this.#options.note('the trials stop after this batch; the same command goes on with the sweep');
    this.#isStopping = true;
  }

  dispose(): void {
    this.#store.dispose();
  }

  async run(): Promise<Driven> {
    const { rule, rungs, trials } = this.#options.sweep.file;
    const all = trials.map((_, trial) => trial);
    for (const trial of all.filter((one) => this.#hasLeft(one))) await this.#lookAt(trial);
    let going: readonly number[] = all.filter((trial) => !this.#hasLeft(trial));
    for (const rung of rule === 'halving' ? rungs : []) {
      await this.#train(going, rung);
      if (this.#isStopping) return { kind: 'interrupted' };
      going = await this.#judge(going, rung);
    }
    await this.#train(going, undefined);
    if (this.#isStopping) return { kind: 'interrupted' };
    this.#refuseHeld(going, this.#options.sweep.file.epochs);
    this.#refuseTwoSets(going);
    return { kind: 'ended', best: this.#conclude(going) };
  }

  /** A person ended it, or asha did: it is not gone on with. By halving it is found again at its rung. */
  #hasLeft(trial: number): boolean {
    return this.#log.entries.some(
      (entry) =>
        'trial' in entry &&
        entry.trial === trial &&
        ((entry.type === 'ended' && entry.state === 'stopped') ||
          (entry.type === 'stopped' && this.#options.sweep.file.rule === 'asha')),
    );
  }

  /** Of one that a predecessor left behind; it may have been killed before it could ask it to stop. */
  async #lookAt(trial: number): Promise<void> {
    const found = await readTrial(this.#dirOf(trial), this.#options.sweep.file.metric);
    if (!found) return;
    this.#results.set(trial, found);
    const pruned = this.#log.entries.find((entry) => entry.type === 'stopped' && entry.trial === trial);
    if (pruned?.type !== 'stopped' || FINAL_STATES.has(found.state)) return;
    const why = prunedAt(pruned.rung, pruned.value, pruned.cutoff);
    await askAndWait(
      this.#dirOf(trial),
      { type: 'stop', why },
      { installDir: this.#io.installDir, from: 'cli' },
    );
  }

  /** All of them to the end of an epoch, so many at once as there are slots. */
  async #train(trials: readonly number[], until: number | undefined): Promise<void> {
    const slots = slotsOf(this.#options);
    await mapPool(trials, slots.length, async (trial) => {
      if (this.#isStopping) return;
      const slot = slots.shift() ?? {};
      try {
        this.#results.set(trial, await this.#trainOne(trial, until, slot));
      } catch (error) {
        this.#onFailure(error);
      } finally {
        slots.push(slot);
      }
    });
    if (this.#failure) throw this.#failure;
  }

  #onFailure(error: unknown): void {
    // It waited for its engine until the sweep was interrupted.
    if (this.#isStopping && isPassing(error)) return;
    this.#failure ??= toError(error);
    this.#isStopping = true;
    this.#stopAll.fire();
  }

  #trainOne(trial: number, until: number | undefined, keeperEnv: RunVariables): Promise<TrialResult> {
    const { sweep, load, note, target } = this.#options;
    const { metric, trials } = sweep.file;
    return trainTrial(this.#io, {
      ...{ trial, until, metric, keeperEnv, target, folder: sweepPaths(sweep.dir).trials },
      load: () => load(trial),
      isStopping: () => this.#isStopping,
      onBegin: () => this.#log.note({ type: 'trial', trial, settings: trials[trial] }),
      onState: (state) => this.#onState(trial, state),
      // Each trial would say that it stops.
      note: (text) => this.#isStopping || note(`${trialName(trial)}: ${text}`),
    });
  }

  /** By asha a trial is judged as it comes, while it trains on. */
  #onState(trial: number, state: RunState): void {
    const { rule, rungs, metric } = this.#options.sweep.file;
    if (rule !== 'asha') return;
    for (const rung of rungs) {
      const value = state.validations.get(rung)?.[metric];
      if (value !== undefined && Number.isFinite(value)) this.#arrive(trial, rung, value);
    }
  }

  #arrive(trial: number, rung: number, value: number): void {
    const at = this.#log.entries.filter((entry) => entry.type === 'judged' && entry.rung === rung);
    if (at.some((entry) => 'trial' in entry && entry.trial === trial)) return;
    const before = at.map((entry) => (entry.type === 'judged' ? entry.value : 0));
    this.#log.note({ type: 'judged', rung, trial, value });
    const cutoff = judgeArrival({ trial, value }, before, this.#options.sweep.file.reduction);
    if (cutoff === undefined) return;
    this.#log.note({ type: 'stopped', rung, trial, value, cutoff });
    askRun(this.#dirOf(trial), { type: 'stop', why: prunedAt(rung, value, cutoff) }, 'cli').catch((error) => {
      this.#options.note(`${trialName(trial)}: could not be asked to stop: ${toError(error).message}`);
    });
  }

  /** At a rung that all have reached: notes what they are worth, stops the worse ones, returns the others. */
  async #judge(trials: readonly number[], rung: number): Promise<readonly number[]> {
    const at = trials.map((trial) => ({ trial, value: this.#valueAt(trial, rung) }));
    this.#refuseHeld(
      at.flatMap(({ trial, value }) => (value === undefined ? trial : [])),
      rung,
    );
    this.#refuseTwoSets(trials);
    for (const { trial, value } of at) this.#noteRung(trial, rung, value);
    const { cutoff = 0, stopped } = judgeRung(at, this.#options.sweep.file.reduction);
    for (const { trial, value } of stopped) this.#log.note({ type: 'stopped', rung, trial, value, cutoff });
    await mapPool(stopped, STOPS_AT_ONCE, ({ trial, value }) =>
      this.#stopPaused(trial, prunedAt(rung, value, cutoff)),
    );
    const lost = at.filter(({ value }) => value === undefined);
    await mapPool(lost, STOPS_AT_ONCE, ({ trial }) =>
      this.#stopPaused(trial, words('has no result of epoch {0}', rung)),
    );
    const left = new Set([...stopped, ...lost].map(({ trial }) => trial));
    return trials.filter((trial) => !left.has(trial));
  }

  /** The sweep does not go on without a trial whose settings are not to blame. */
  #refuseHeld(trials: readonly number[], epoch: number): void {
    const held = trials.flatMap((trial) => {
      const result = this.#results.get(trial);
      const why = result && whyHeld(result, epoch);
      return why === undefined ? [] : `trial ${trialName(trial)} has no result of epoch ${epoch}: ${why}`;
    });
    if (held.length > 0) throw new CliFailure(1, [...held, 'the same command goes on with the sweep']);
  }

  #refuseTwoSets(trials: readonly number[]): void {
    const sets = new Set(trials.flatMap((trial) => this.#results.get(trial)?.valSet ?? []));
    if (sets.size <= 1) return;
    throw new CliFailure(
      1,
      `${this.#options.sweep.dir}: the val set has changed since the first trials were judged, so they cannot be compared: begin a new sweep by another --name`,
    );
  }

  /** What ended before by early stopping counts with its last result, what failed with none; a later epoch is not compared. */
  #valueAt(trial: number, rung: number): AtRung['value'] {
    const { values, state } = this.#results.get(trial) ?? { values: NO_VALUES, state: 'lost' };
    const last = Math.max(...values.keys());
    return values.get(rung) ?? (state === 'completed' && last < rung ? values.get(last) : undefined);
  }

  #noteRung(trial: number, rung: number, value: number | undefined): void {
    if (value === undefined) this.#noteEnded(trial);
    else this.#log.note({ type: 'judged', rung, trial, value });
  }

  #noteEnded(trial: number): void {
    const { state: last = 'lost', note } = this.#results.get(trial) ?? {};
    // One that was paused because it diverged is ended.
    const state = last === 'paused' ? 'stopped' : last;
    this.#log.note({ type: 'ended', trial, state, ...(note !== undefined && { reason: note }) });
  }

  /** Its keeper writes the reason and ends; what does not wait has ended already. */
  async #stopPaused(trial: number, why: Words): Promise<void> {
    if (this.#results.get(trial)?.state !== 'paused') return;
    const dir = this.#dirOf(trial);
    await askAndWait(dir, { type: 'stop', why }, { installDir: this.#io.installDir, from: 'cli' });
    await untilSettled(dir);
  }

  #conclude(finished: readonly number[]): boolean {
    const { trials, epochs } = this.#options.sweep.file;
    for (const trial of finished) if (this.#isOdd(trial)) this.#noteEnded(trial);
    const trained = [...this.#results.values()].reduce((sum, one) => sum + one.epochs, 0);
    const best = finished
      .flatMap((trial) => this.#bestOf(trial))
      .reduce<BestTrial | null>((one, other) => (one && one.value >= other.value ? one : other), null);
    this.#log.note({ type: 'end', best, epochs: trained, of: trials.length * epochs });
    return best !== null;
  }

  #isOdd(trial: number): boolean {
    const isStopped = this.#log.entries.some((entry) => entry.type === 'stopped' && entry.trial === trial);
    return !isStopped && this.#results.get(trial)?.state !== 'completed';
  }

  /** Of a trial that trained to its end; one that was stopped is not compared by fewer epochs. */
  #bestOf(trial: number): BestTrial[] {
    const result = this.#results.get(trial);
    const best = result?.state === 'completed' ? bestValue(result) : undefined;
    return best ? [{ trial, ...best }] : [];
  }

  #dirOf(trial: number): string {
    return path.join(sweepPaths(this.#options.sweep.dir).trials, trialName(trial));
  }
}

const NO_VALUES: TrialResult['values'] = new Map();

type BestTrial = EpochValue & { readonly trial: number };

/** Keepers that are started only to write a reason. */
const STOPS_AT_ONCE = 2;

/** A job has what its engine gives it. */
function slotsOf({ parallel, devices, target }: DriveOptions): RunVariables[] {
  if (target.kind === 'local') return slotVariables({ parallel, devices });
  return Array.from({ length: parallel }, () => ({}));
}
