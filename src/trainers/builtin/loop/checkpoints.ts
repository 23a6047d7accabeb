import { toError } from '../../../base/async';
import type { Position } from '../checkpoint/progress';
import { writeCheckpoint, writePaused } from '../checkpoint/write-checkpoint';
import type { TrainSession } from '../session/train-session';
import type { EventLog } from './event-log';

export type CheckpointsOptions = {
  readonly runDir: string;
  readonly log: EventLog;
  readonly session: TrainSession;
  /** Of Pitwall; written into the model file. */
  readonly version: string;
};

/** Takes the weights out of the session and announces what was written. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /**
   * The checkpoint of an epoch. The loop waits for it: a step blocks the event loop, and a write beside steps would be
   * announced dozens of steps late. A disk that is full for a moment must not end a run: the problem is returned.
   */
  async take(position: Position): Promise<Error | undefined> {
    const { runDir, log } = this.#options;
    const { epoch, nextStep } = position;
    try {
      const { path, bytes } = await writeCheckpoint(runDir, position, await this.#weights(position));
      log.write({ type: 'checkpoint', path, epoch, step: nextStep - 1, bytes });
      return undefined;
    } catch (error) {
      const problem = new Error(
        `the checkpoint of epoch ${epoch} was not written: ${toError(error).message}`,
      );
      log.write({ type: 'log', level: 'error', message: problem.message });
      return problem;
    }
  }

  /** What a resume needs to continue in the middle of an epoch. */
  async takePaused(position: Position): Promise<void> {
    await writePaused(this.#options.runDir, position, await this.#options.session.state());
  }

  async #weights({ names, size, epoch }: Position) {
    const { session, version } = this.#options;
    const model = await session.exportOnnx({
      names,
      description: `Pitwall ${size} detector, epoch ${epoch}`,
      date: new Date().toISOString(),
      version,
    });
    return { state: await session.state(), model };
  }
}
