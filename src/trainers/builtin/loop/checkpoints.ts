import { statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { parseJson } from '../../../base/json';
import { WordedError, wordsOf } from '../../../base/worded-error';
import { withEnglish, words } from '../../../base/words';
import { zCheckpointEvent, zHello } from '../../../run/events';
import { checkpointPath } from '../../../run/files';
import { openToRead } from '../../../run/folder/read-file';
import type { SavedState } from '../checkpoint/find-state';
import type { Position } from '../checkpoint/state-file';
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
      const said = words('the checkpoint of epoch {0} was not written: {1}', epoch, wordsOf(error));
      log.write({ type: 'log', level: 'error', ...withEnglish(said) });
      return new WordedError(said, { cause: error });
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

/**
 * A trainer that was killed between a checkpoint and its event has left one that was never announced, and that is not made again:
 * what training goes on from is announced.
 */
export async function announceSaved(
  { runDir, log }: Pick<CheckpointsOptions, 'runDir' | 'log'>,
  saved: SavedState | undefined,
): Promise<void> {
  if (saved === undefined) return;
  const { epoch, nextStep } = saved.progress;
  // The state of a pause is not a checkpoint.
  if (saved.folder !== checkpointPath(epoch) || (await isAnnounced(runDir, epoch))) return;
  const sizes = FILES.map((name) => statSync(path.join(runDir, saved.folder, name)).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  log.write({ type: 'checkpoint', path: saved.folder, epoch, step: nextStep - 1, bytes });
}

const FILES = ['model.onnx', 'state.bin', 'meta.json'];

/** By the attempts that count: one that continues from a step drops all beyond it. */
async function isAnnounced(runDir: string, epoch: number): Promise<boolean> {
  let step: number | undefined;
  const input = (await openToRead(path.join(runDir, 'events.jsonl'))).createReadStream({ encoding: 'utf8' });
  for await (const line of createInterface({ input })) {
    // A long run has a million other lines: only these are parsed.
    if (!line.includes('"checkpoint"') && !line.includes('"hello"')) continue;
    step = stepAfter(step, zAnnounced.safeParse(parseJson(line)).data, epoch);
  }
  return step !== undefined;
}

type Announced = z.infer<typeof zAnnounced>;
const zAnnounced = z.discriminatedUnion('type', [zHello, zCheckpointEvent]);

function stepAfter(
  step: number | undefined,
  event: Announced | undefined,
  epoch: number,
): number | undefined {
  if (event?.type === 'checkpoint') return event.epoch === epoch ? event.step : step;
  return event && step !== undefined && step >= event.fromStep ? undefined : step;
}
