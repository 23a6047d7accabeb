import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PythonReady } from '../../protocol/line-process';
import type { RunFile } from '../../protocol/run-files';
import { runEnvironment } from '../process/run-environment';
import { PythonServant } from '../python/servant';

const MOST_RESTARTS = 1;

/**
 * The ONNX file of each checkpoint of a run. The builtin trainer writes it itself; a .pt is turned into one by the
 * exporter, which is started at the first and stays warm. Only run folders of our own runner come here: a .pt that a
 * stranger left is never opened.
 */
export class OnnxModels {
  readonly #run: RunFile;
  readonly #dir: string;
  readonly #exporter: PythonServant;

  constructor(dir: string, run: RunFile, installDir: string) {
    this.#dir = dir;
    this.#run = run;
    const env = runEnvironment(run.id, 'exporter');
    this.#exporter = new PythonServant(
      { python: run.python ?? 'python3', module: 'exporter', installDir, env },
      MOST_RESTARTS,
    );
  }

  /** What the run's Python has. Throws one line where it cannot be asked. */
  python(): Promise<PythonReady> {
    return this.#exporter.ready();
  }

  /** Absolute path of the checkpoint's model.onnx. Throws one line where it cannot be made. */
  async modelOf(checkpoint: string): Promise<string> {
    const onnx = path.join(this.#dir, checkpoint, 'model.onnx');
    const pt = path.join(this.#dir, checkpoint, 'model.pt');
    if (existsSync(onnx) || !existsSync(pt) || !this.#ownsPickles()) return onnx;
    await this.#exporter.ask({ pt, onnx, imgsz: this.#run.experiment.resolved.imgsz });
    return onnx;
  }

  stop(): Promise<void> {
    return this.#exporter.stop();
  }

  /** Only the runner's own checkpoints are unpickled, and that in the user's Python, never in a process of ours. */
  #ownsPickles(): boolean {
    return this.#run.experiment.resolved.trainer === 'ultralytics';
  }
}
