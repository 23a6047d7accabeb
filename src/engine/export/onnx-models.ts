import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RunFile } from '../../protocol/run-files';
import { runEnvironment } from '../process/run-environment';
import { type ExporterProcess, startExporter } from './exporter-process';

const MOST_RESTARTS = 1;

type ExportRequest = Parameters<ExporterProcess['export']>[0];

/**
 * The ONNX file of each checkpoint of a run. The builtin trainer writes it itself; a .pt is turned into one by the
 * exporter, which is started at the first and stays warm. Only run folders of our own runner come here: a .pt that a
 * stranger left is never opened.
 */
export class OnnxModels {
  readonly #run: RunFile;
  readonly #dir: string;
  readonly #installDir: string;
  #exporter: ExporterProcess | undefined;

  constructor(dir: string, run: RunFile, installDir: string) {
    this.#dir = dir;
    this.#run = run;
    this.#installDir = installDir;
  }

  /** Absolute path of the checkpoint's model.onnx. Throws one line where it cannot be made. */
  async modelOf(checkpoint: string): Promise<string> {
    const onnx = path.join(this.#dir, checkpoint, 'model.onnx');
    const pt = path.join(this.#dir, checkpoint, 'model.pt');
    if (existsSync(onnx) || !existsSync(pt) || !this.#ownsPickles()) return onnx;
    await this.#export({ pt, onnx, imgsz: this.#run.experiment.resolved.imgsz }, MOST_RESTARTS);
    return onnx;
  }

  async stop(): Promise<void> {
    await this.#exporter?.stop();
  }

  async #export(request: ExportRequest, restarts: number): Promise<void> {
    const exporter = this.#ensure();
    try {
      await exporter.export(request);
    } catch (error) {
      const died = this.#exporter !== exporter;
      if (!died || restarts === 0) throw error;
      await this.#export(request, restarts - 1);
    }
  }

  /** Only the runner's own checkpoints are unpickled, and that in the user's Python, never in a process of ours. */
  #ownsPickles(): boolean {
    return this.#run.experiment.resolved.trainer === 'ultralytics';
  }

  #ensure(): ExporterProcess {
    if (this.#exporter) return this.#exporter;
    const python = this.#run.python ?? 'python3';
    const exporter = startExporter({
      python,
      installDir: this.#installDir,
      env: runEnvironment(this.#run.id, 'exporter'),
    });
    this.#exporter = exporter;
    void exporter.stopped.then(() => {
      if (this.#exporter === exporter) this.#exporter = undefined;
    });
    return exporter;
  }
}
