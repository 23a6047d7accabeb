import { stat } from 'node:fs/promises';
import type { DatasetImage } from '../dataset/split';
import { type ModelRequest, openOnDevice, type PlacedModel } from './model/open-on-device';
import type { SessionThread } from './session/session-thread';
import { type Preparation, PreparedSet } from './val-set/prepared-set';

/** What stays warm between requests: the last model, and the decoded images of the last split. */
export class WarmState {
  readonly thread: SessionThread;
  #model: { readonly key: string; readonly model: PlacedModel } | undefined;
  #images: { readonly key: string; readonly set: PreparedSet } | undefined;

  constructor(thread: SessionThread) {
    this.thread = thread;
  }

  /** The model of the last request where its file is the same, else a new one in its place. */
  async model(request: ModelRequest): Promise<PlacedModel> {
    const info = await stat(request.file).catch(() => undefined);
    const key = JSON.stringify([request, info?.size, info?.mtimeMs, info?.ino]);
    if (this.#model?.key === key) return this.#model.model;
    const previous = this.#model;
    this.#model = undefined;
    await previous?.model.session.release();
    const model = await openOnDevice(this.thread, request);
    this.#model = { key, model };
    return model;
  }

  /** The images of a split as a model takes them. `key` tells splits apart. */
  images(key: string, images: readonly DatasetImage[], how: Preparation): PreparedSet {
    const full = JSON.stringify([key, how]);
    if (this.#images?.key === full) return this.#images.set;
    // Frees the old set before the new one takes memory.
    this.#images = undefined;
    const set = new PreparedSet(
      images.map((image) => image.file),
      how,
    );
    this.#images = { key: full, set };
    return set;
  }
}
