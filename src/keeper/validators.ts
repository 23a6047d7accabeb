import path from 'node:path';
import { sleep } from '../base/async';
import { wordsOf } from '../base/worded-error';
import { inEnglish, type Words, words } from '../base/words';
import { cardOrder } from '../dataset/nvidia-smi';
import { TRAINERS } from '../domain/experiment/trainers';
import type { TrainerMemory } from '../domain/gpu/placement';
import { taskOf } from '../domain/run/task';
import type { EngineChoice } from '../domain/run/validation-engine';
import { experimentNow, type ReportedDataset } from '../engine/control/follow-folder';
import { identityOf } from '../engine/process/identity';
import { ROLE_VARIABLE } from '../engine/process/run-environment';
import { startValidator, type ValidatorProcess } from '../engine/validator-process';
import { ruleNote, ruleParams } from '../protocol/rule-params';
import type { ValidateParams, ValidateResult } from '../protocol/validator';
import type { ProcessIdentity, RunFile } from '../run/files';
import { detectionsPath, picturesPath } from '../run/files';
import type { CheckpointState } from '../run/state';
import type { TrainerRule } from '../run/trainer-rule';
import type { DrawnMaps, VersusBest } from '../run/validation';
import { chooseEngine, type JudgeQuestion, whyNotPitwall } from './choose-engine';
import { OnnxModels } from './onnx-models';
import { OwnValidation } from './own-validation';
import { ValidationPlacement } from './placement';
import type { Supervisor } from './supervisor';

/**
 * Pauses before each restart: what the system refuses for a moment (memory, open files) is not requested three times at
 * once.
 */
const RESTART_MS = [0, 500, 2000] as const;
const MOST_RESTARTS = RESTART_MS.length;

export type ValidatorsOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly installDir: string;
  readonly supervisor: Supervisor;
  readonly onNote: (said: Words) => void;
  readonly trainerMemory: () => TrainerMemory | undefined;
};

export type ValidationEnd =
  | { readonly kind: 'validated'; readonly result: ValidateResult }
  | { readonly kind: 'failed'; readonly said: Words }
  | { readonly kind: 'abandoned' };

/**
 * The one validator of a run, kept warm from checkpoint to checkpoint. A crash restarts it, at most three times for one
 * checkpoint; an error that it answers is not tried again.
 */
export class Validators {
  readonly #installDir: string;
  readonly #run: RunFile;
  readonly #dir: string;
  readonly #models: OnnxModels;
  readonly #own: OwnValidation;
  readonly #placement: ValidationPlacement;
  readonly #supervisor: Supervisor;
  readonly #onNote: (said: Words) => void;
  #validator: ValidatorProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #abandoned = false;
  #problem: Words | undefined;
  #engine: Promise<EngineChoice> | undefined;
  #notedDevice = '';
  #notedRule = '';
  #isTaskNoted = false;

  constructor(options: ValidatorsOptions) {
    const { dir, run, installDir, supervisor, onNote } = options;
    this.#placement = new ValidationPlacement(options);
    this.#onNote = onNote;
    this.#dir = dir;
    this.#run = run;
    this.#installDir = installDir;
    this.#supervisor = supervisor;
    this.#models = new OnnxModels(dir, run, installDir);
    this.#own = new OwnValidation(dir, run, installDir);
  }

  get identity(): ProcessIdentity | undefined {
    return this.#validator && this.#identity;
  }

  /** What is wrong with the validator now; undefined after a validation succeeded again. */
  get problem(): Words | undefined {
    return this.#problem;
  }

  /** Starts the processes ahead of the first checkpoint, so that a run survives an update of the installation. */
  async warmUp(): Promise<void> {
    this.#ensure();
    if (!TRAINERS[this.#run.experiment.resolved.trainer].isUltralytics) return;
    const { model, passthrough } = this.#run.experiment.resolved;
    const { engine } = await this.#engineFor({ task: taskOf(model, passthrough.task) });
    if (this.#abandoned) return;
    if (engine === 'ultralytics') this.#own.warmUp();
    // What is wrong with it is reported by the first export.
    else await this.#models.python().catch(() => undefined);
  }

  /** A .pt of another program, which is only opened when a person requests it. */
  needsWord(checkpoint: string, dataset?: ReportedDataset): boolean {
    return this.#models.needsWord(checkpoint, dataset);
  }

  async validate(checkpoint: CheckpointState, { rule, ...asked }: HowToValidate): Promise<ValidationEnd> {
    const how = { ...asked, rule: this.#judging(rule) };
    for (let restarts = 0; !this.#abandoned; restarts++) {
      const validator = this.#ensure();
      const outcome = await this.#attempt(validator, checkpoint, how);
      if (outcome !== 'crashed') return outcome;
      const { said } = await validator.stopped;
      this.#problem = said;
      if (restarts === MOST_RESTARTS && !this.#abandoned)
        return { kind: 'failed', said: words('{0}; given up after {1} restarts', said, MOST_RESTARTS) };
      await sleep(RESTART_MS[restarts]);
    }
    return { kind: 'abandoned' };
  }

  /** What is kept of a checkpoint for every later comparison; undefined if there is nothing to draw, which is reported. */
  async draw(epoch: number): Promise<Omit<DrawnMaps, 't'> | undefined> {
    const withhold = (why: Words): undefined => {
      this.#onNote(words('epoch {0} will not be compared with others: {1}', epoch, why));
    };
    try {
      const result = await this.#validator?.draw({ det: path.join(this.#dir, detectionsPath(epoch)) });
      if (result?.kind === 'refused') return withhold(result.why);
      if (!result) return undefined;
      const { kind: _, ...drawn } = result;
      return { type: 'drawn', epoch, ...drawn };
    } catch (error) {
      return withhold(wordsOf(error));
    }
  }

  /** A checkpoint against an earlier one, image by image; undefined if that is not possible, which is reported. */
  async compare(before: number, now: number): Promise<Omit<VersusBest, 'epoch'> | undefined> {
    const file = (epoch: number): string => path.join(this.#dir, detectionsPath(epoch));
    const withhold = (why: Words): undefined => {
      this.#onNote(words('epoch {0} was not compared with epoch {1}: {2}', now, before, why));
    };
    try {
      const result = await this.#validator?.compare({ a: file(before), b: file(now) });
      if (result?.kind === 'refused') return withhold(result.why);
      if (!result) return undefined;
      const { kind: _, ...verdict } = result;
      return verdict;
    } catch (error) {
      // The best detections may have been removed, or the validator died: a verdict is missing, and the run is not
      // harmed.
      return withhold(wordsOf(error));
    }
  }

  /** Gives up the current validation and ends the process. */
  async stop(): Promise<void> {
    this.#abandoned = true;
    await Promise.all([this.#validator?.stop(), this.#models.stop(), this.#own.stop()]);
  }

  async #attempt(
    validator: ValidatorProcess,
    checkpoint: CheckpointState,
    how: HowToValidate,
  ): Promise<ValidationEnd | 'crashed'> {
    try {
      const result = await this.#judge(validator, checkpoint, how);
      this.#problem = undefined;
      return { kind: 'validated', result };
    } catch (error) {
      if (await hasEnded(validator)) return 'crashed';
      this.#problem = wordsOf(error);
      return { kind: 'failed', said: this.#problem };
    }
  }

  async #judge(
    validator: ValidatorProcess,
    checkpoint: CheckpointState,
    how: HowToValidate,
  ): Promise<ValidateResult> {
    const { engine } = await this.#engineFor(how);
    const asked = experimentNow(this.#run, how.dataset).validation.device;
    const device = await this.#placement.deviceFor(asked, engine);
    const judgeOn = (on: string) =>
      engine === 'ultralytics'
        ? this.#own.validate(checkpoint, validator, { ...how, device: on })
        : this.#judgeOnnx(validator, checkpoint, { ...how, device: on });
    try {
      return await judgeOn(device);
    } catch (error) {
      if (!this.#placement.fellShort(asked, device, error)) throw error;
      return judgeOn('cpu');
    }
  }

  async #judgeOnnx(
    validator: ValidatorProcess,
    checkpoint: CheckpointState,
    how: HowToValidate & { readonly device: string },
  ): Promise<ValidateResult> {
    const { rule, dataset, device } = how;
    const model = await this.#models.modelOf(checkpoint.path, how);
    const result = await validator.validate({
      ...this.#params({ model, epoch: checkpoint.epoch, dataset }),
      device,
      ...ruleParams(rule),
    });
    this.#noteDevice(result);
    return result;
  }

  /** The device of the model, and the reason: once, and again if it changes. */
  #noteDevice({ report: { device }, why }: ValidateResult): void {
    const said = words('checkpoints run on {0}: {1}', device, why ?? '');
    const note = inEnglish(said);
    if (why !== undefined && note !== this.#notedDevice) this.#onNote(said);
    this.#notedDevice = note;
  }

  /** What Pitwall's validator cannot judge goes to Ultralytics' own val, whatever the settings say. */
  async #engineFor({ task, ownJudge, dataset }: EngineWish): Promise<EngineChoice> {
    const { data } = experimentNow(this.#run, dataset);
    const said = await whyNotPitwall({ task, ownJudge, data });
    if (!said) {
      this.#engine ??= this.#chooseEngine(dataset !== undefined);
      return this.#engine;
    }
    const choice = { engine: 'ultralytics', said } as const;
    if (!this.#isTaskNoted) this.#onNote(choiceWords(choice));
    this.#isTaskNoted = true;
    return choice;
  }

  /** `isWatched`: our runner watches a script from within, and its checkpoints are Ultralytics' as well. */
  async #chooseEngine(isWatched: boolean): Promise<EngineChoice> {
    const { resolved } = this.#run.experiment;
    const isUltralytics = isWatched || TRAINERS[resolved.trainer].isUltralytics;
    const choice = await chooseEngine({
      experiment: isUltralytics ? { ...resolved, trainer: 'ultralytics' } : resolved,
      models: this.#models,
      validator: () => this.#ensure(),
    });
    if (isUltralytics) this.#onNote(choiceWords(choice));
    return choice;
  }

  /** The trainer's own rule, unless the standard one is set. Reported once if the rule is another. */
  #judging(rule: TrainerRule | undefined): TrainerRule | undefined {
    const wanted = this.#run.experiment.resolved.validation.rule ?? 'trainer';
    const counts = wanted === 'standard' ? undefined : rule;
    const said = rule && ruleNote(rule, wanted);
    const note = said ? inEnglish(said) : '';
    if (said && note !== this.#notedRule) this.#onNote(said);
    this.#notedRule = note;
    return counts;
  }

  #ensure(): ValidatorProcess {
    if (this.#validator) return this.#validator;
    const validator = startValidator({
      installDir: this.#installDir,
      run: this.#run.id,
      env: { ...cardOrder(), [ROLE_VARIABLE]: 'validator' },
      ...(this.#run.python === undefined ? {} : { python: this.#run.python }),
    });
    this.#validator = validator;
    this.#identity = identityOfChild(validator.pid);
    const forget = (): void => {
      if (this.#validator === validator) this.#validator = undefined;
    };
    const run = () => validator.stopped;
    this.#supervisor.start({ name: words('the validator'), run, done: forget, failed: forget });
    return validator;
  }

  #params({ model, epoch, dataset }: WhatToValidate): ParamsOfValidate {
    const { data, imgsz, single_cls, validation } = experimentNow(this.#run, dataset);
    return {
      model,
      data,
      batch: validation.batch,
      half: validation.half,
      // 0: a run that is followed, whose model knows the size.
      ...(imgsz > 0 && { imgsz }),
      single_cls,
      groups: validation.groups ?? 'auto',
      det: path.join(this.#dir, detectionsPath(epoch)),
      pictures: path.join(this.#dir, picturesPath(epoch)),
    };
  }
}

function choiceWords({ engine, said }: EngineChoice): Words {
  return engine === 'onnx'
    ? words('checkpoints are validated by Pitwall through ONNX: {0}', said)
    : words("checkpoints are validated by Ultralytics' own val: {0}", said);
}

/** `rule`: how the run's trainer validates by itself, if it said so. */
export type HowToValidate = Omit<JudgeQuestion, 'data'> & {
  readonly isAsked: boolean;
  readonly rule: TrainerRule | undefined;
  /** Reported by our runner from within a script, if the experiment does not say it. */
  readonly dataset?: ReportedDataset;
};
type EngineWish = Pick<HowToValidate, 'task' | 'ownJudge' | 'dataset'>;
type WhatToValidate = { readonly model: string; readonly epoch: number; readonly dataset: ReportedDataset };

type ParamsOfValidate = Partial<ValidateParams> & Pick<ValidateParams, 'model' | 'data'>;

/** A crash fails the request just before the end of the process is reported: wait a moment for that report. */
function hasEnded(validator: ValidatorProcess): Promise<boolean> {
  return Promise.race([validator.stopped.then(() => true), sleep(50).then(() => false)]);
}

/** For people and for a stop from outside; if it cannot be read now, validation still goes on. */
function identityOfChild(pid: number | undefined): ProcessIdentity | undefined {
  try {
    return pid === undefined ? undefined : identityOf(pid);
  } catch {
    return undefined;
  }
}
