import { existsSync } from 'node:fs';
import path from 'node:path';
import { WordedError } from '../base/worded-error';
import { words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import { experimentNow, type ReportedDataset } from '../engine/control/follow-folder';
import { runEnvironment } from '../engine/process/run-environment';
import { WarmPythonProcess } from '../engine/python/line-process';
import type { PythonReady } from '../protocol/line-process';
import type { RunFile } from '../run/files';
import type { TrainerRule } from '../run/trainer-rule';
import { pythonOfRun } from './python-of-run';

const MOST_RESTARTS = 1;
export type ExportWish = {
  readonly isAsked?: boolean;
  readonly rule?: TrainerRule | undefined;
  /** Of a script that our runner watches from within. */
  readonly dataset?: ReportedDataset;
};

/** What an export builds into a head that needs no NMS. */
function headOf({ max_det, agnostic, nms }: TrainerRule) {
  return { max_det, agnostic_nms: agnostic, nms };
}

/** Ultralytics' default, if a run that is followed does not say. */
const DEFAULT_IMGSZ = 640;

/**
 * The ONNX file of each checkpoint of a run. The builtin trainer writes it itself; a .pt is converted by the exporter,
 * which is started at the first one and stays warm. A .pt that our runner did not write is opened only with a person's
 * consent.
 */
export class OnnxModels {
  readonly #run: RunFile;
  readonly #dir: string;
  readonly #installDir: string;
  readonly #env: NodeJS.ProcessEnv;
  #exporter: Promise<WarmPythonProcess> | undefined;

  constructor(dir: string, run: RunFile, installDir: string) {
    this.#dir = dir;
    this.#run = run;
    this.#installDir = installDir;
    this.#env = runEnvironment(run.id, 'exporter');
  }

  /** The packages of the run's Python. Throws one line if it cannot be examined. */
  async python(): Promise<PythonReady> {
    return (await this.#ensure()).ready();
  }

  /** Absolute path of the checkpoint's model.onnx. Throws one line if it cannot be made. */
  async modelOf(checkpoint: string, { isAsked = false, rule, dataset }: ExportWish = {}): Promise<string> {
    const { onnx, pt } = this.#filesOf(checkpoint);
    if (existsSync(onnx) || !existsSync(pt)) return onnx;
    if (this.needsWord(checkpoint, dataset) && !isAsked)
      throw new WordedError(words("{0} is another program's: it is opened only on request", pt));
    const exporter = await this.#ensure();
    const { imgsz } = experimentNow(this.#run, dataset);
    await exporter.ask({
      pt,
      onnx,
      imgsz: imgsz > 0 ? imgsz : DEFAULT_IMGSZ,
      ...(rule && { head: headOf(rule) }),
    });
    return onnx;
  }

  /** A .pt of another program: unpickling it means executing its content. In a user's script our runner writes it. */
  needsWord(checkpoint: string, dataset?: ReportedDataset): boolean {
    const { onnx, pt } = this.#filesOf(checkpoint);
    return !(this.#ownsPickles() || dataset) && !existsSync(onnx) && existsSync(pt);
  }

  async stop(): Promise<void> {
    await (await this.#exporter)?.stop();
  }

  #filesOf(checkpoint: string): { readonly onnx: string; readonly pt: string } {
    const folder = path.join(this.#dir, checkpoint);
    return { onnx: path.join(folder, 'model.onnx'), pt: path.join(folder, 'model.pt') };
  }

  /** Only the runner's own checkpoints are unpickled, and only in the user's Python, never in a process of ours. */
  #ownsPickles(): boolean {
    return TRAINERS[this.#run.experiment.resolved.trainer].isUltralytics;
  }

  #ensure(): Promise<WarmPythonProcess> {
    this.#exporter ??= this.#start();
    return this.#exporter;
  }

  async #start(): Promise<WarmPythonProcess> {
    const options = { module: 'exporter' as const, installDir: this.#installDir, env: this.#env };
    return new WarmPythonProcess({ ...options, python: await pythonOfRun(this.#run) }, MOST_RESTARTS);
  }
}
