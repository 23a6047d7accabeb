import path from 'node:path';
import { wordsOf } from '../base/worded-error';
import { words } from '../base/words';
import { cardOrder } from '../dataset/nvidia-smi';
import { experimentNow, type ReportedDataset } from '../engine/control/follow-folder';
import { runEnvironment } from '../engine/process/run-environment';
import { WarmPythonProcess } from '../engine/python/line-process';
import type { ValidatorProcess } from '../engine/validator-process';
import { type OwnValAnswer, zOwnValAnswer } from '../protocol/line-process';
import { ruleParams } from '../protocol/rule-params';
import type { DrawMatchedParams, ValidateResult } from '../protocol/validator';
import { detectionsPath, picturesPath, type RunFile } from '../run/files';
import { removeFile } from '../run/folder/remove';
import type { CheckpointState } from '../run/state';
import type { TrainerRule } from '../run/trainer-rule';
import { NO_COCO } from '../run/validation';
import { handedData } from './handed-data';
import { pythonOfRun } from './python-of-run';

/** The numbers stand, even if nothing can be kept to compare them with others. */
async function withDraws(
  unread: ValidateResult,
  validator: ValidatorProcess,
  matched: DrawMatchedParams,
): Promise<ValidateResult> {
  try {
    return { ...unread, ...(await validator.drawMatched(matched)) };
  } catch (error) {
    return { ...unread, problems: [...unread.problems, words('not compared: {0}', wordsOf(error))] };
  }
}

type OwnReportOptions = { readonly rule: TrainerRule | undefined; readonly imgsz: number };

const MOST_RESTARTS = 3;

/** The trainer's rule if it counts, what a script that our runner watches says of its dataset, and where to compute. */
export type JudgedBy = {
  readonly rule: TrainerRule | undefined;
  readonly dataset?: ReportedDataset;
  readonly device: string;
};

/**
 * Ultralytics' own `val` of a run's checkpoints, in a Python process that stays warm and is never the one that trains.
 * Its numbers are the library's; its detections go to the validator, which adds everything else.
 */
export class OwnValidation {
  readonly #run: RunFile;
  readonly #dir: string;
  readonly #installDir: string;
  #process: Promise<WarmPythonProcess> | undefined;

  constructor(dir: string, run: RunFile, installDir: string) {
    this.#run = run;
    this.#dir = dir;
    this.#installDir = installDir;
  }

  /** Starts the process ahead of the first checkpoint. What is wrong with it is reported by the first validation. */
  warmUp(): void {
    this.#ensure()
      .then((python) => python.ready())
      .catch(() => undefined);
  }

  /** Throws one line if it cannot be done. */
  async validate(
    { path: checkpoint, epoch }: CheckpointState,
    validator: ValidatorProcess,
    { rule, dataset, device: place }: JudgedBy,
  ): Promise<ValidateResult> {
    const experiment = experimentNow(this.#run, dataset);
    const { data, imgsz, single_cls, validation, device } = experiment;
    const handed = await handedData(experiment, this.#dir);
    const det = path.join(this.#dir, detectionsPath(epoch));
    const out = `${det}.own`;
    const batch = validation.batch === 'auto' ? {} : { batch: validation.batch };
    try {
      const answer = await (await this.#ensure()).ask({
        pt: path.join(this.#dir, checkpoint, 'model.pt'),
        data: handed,
        split: rule?.split ?? 'val',
        imgsz,
        ...batch,
        half: validation.half,
        device: place,
        trained_on: device,
        single_cls,
        ...(rule && { rule }),
        out,
        pictures: path.join(this.#dir, picturesPath(epoch)),
      });
      const own = zOwnValAnswer.parse(answer);
      if (!own.recorded) {
        const unread = ownReport(own, { rule, imgsz });
        const judgedBy = JSON.stringify([own.task, unread.report.rule, rule?.fraction, single_cls]);
        return own.matched ? await withDraws(unread, validator, { data, recorded: out, judgedBy }) : unread;
      }
      const { device: ran, half, batch: images, inference, seconds, metrics } = own;
      const how = { device: ran, half, batch: images, inference, seconds };
      const judged = {
        data,
        single_cls,
        imgsz,
        groups: validation.groups ?? 'auto',
        ...ruleParams(rule),
        ...how,
      };
      return await validator.assess({ ...judged, recorded: out, det, own: metrics });
    } finally {
      removeFile(out, this.#dir);
    }
  }

  async stop(): Promise<void> {
    await (await this.#process?.catch(() => undefined))?.stop();
  }

  #ensure(): Promise<WarmPythonProcess> {
    this.#process ??= this.#start();
    return this.#process;
  }

  async #start(): Promise<WarmPythonProcess> {
    const env = runEnvironment(this.#run.id, 'own-val', cardOrder());
    const options = { module: 'own_val' as const, installDir: this.#installDir, env };
    return new WarmPythonProcess({ ...options, python: await pythonOfRun(this.#run) }, MOST_RESTARTS);
  }
}

/** The report of a task that only Ultralytics can judge; `map` and its neighbours measure the task's own output. */
function ownReport(own: OwnValAnswer, { rule, imgsz }: OwnReportOptions): ValidateResult {
  const { task, metrics, named, fitness, perClass, images, device, half, batch, inference, seconds } = own;
  const precise = task === 'classify' ? { precision: Number.NaN, recall: Number.NaN } : {};
  return {
    report: {
      images,
      device,
      engine: 'ultralytics',
      task,
      named,
      fitness,
      ...(rule && { rule: { ...ruleOf(rule) } }),
      imgsz,
      batch,
      half,
      ...metrics,
      ...precise,
      f1: Number.NaN,
      confidence: Number.NaN,
      coco: NO_COCO,
      perClass,
      seconds: { total: seconds, inference },
      skipped: 0,
    },
    fingerprint: '',
    problems: own.unseen === undefined ? [] : [words('no pictures to look at: {0}', own.unseen)],
  };
}

function ruleOf({ conf, iou, max_det, classes, matching }: TrainerRule) {
  return { name: 'trainer' as const, conf, iou, max_det, ...(classes && { classes }), matching };
}
