import { stat } from 'node:fs/promises';
import type { KnownImages } from '../dataset/split';
import type { HalfTrust } from './half-parity';
import { type ModelRequest, openOnDevice, type PlacedModel } from './model/open-on-device';
import type { SessionThread } from './session/session-thread';
import type { BatchStore } from './val-set/batch-store';
import { ImageDigests, ImageHashes } from './val-set/image-digests';

/** What stays warm between requests: the last model, and the labels and batches of the last split. */
export class WarmState {
  readonly thread: SessionThread;
  /**
   * The batch that fitted after a larger one ran out of memory, by the batch that was requested; later checkpoints
   * start from it.
   */
  readonly fitted = new Map<string, number>();
  readonly digests = new ImageDigests();
  readonly hashes = new ImageHashes();
  readonly halfTrust: HalfTrust = new Map();
  #model: { readonly key: string; readonly model: PlacedModel } | undefined;
  #known: { readonly key: string; readonly images: KnownImages } | undefined;
  #batches: { readonly key: string; readonly store: BatchStore } | undefined;

  constructor(thread: SessionThread) {
    this.thread = thread;
  }

  /** The model of the last request if its file is the same, else a new one in its place. */
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

  /** Closes the model, as after a failure that may have left its device unusable. */
  async forgetModel(): Promise<void> {
    const previous = this.#model;
    this.#model = undefined;
    await this.#forgetBatches().catch(() => undefined);
    await previous?.model.session.release().catch(() => undefined);
  }

  /** What was read of a split's labels; of the last split only. */
  knownImages(key: string): KnownImages {
    if (this.#known?.key !== key) this.#known = { key, images: new Map() };
    return this.#known.images;
  }

  /** The batches of a split as a model takes them; `key` holds everything that decides them. */
  async batches(key: string, make: () => Promise<BatchStore>): Promise<BatchStore> {
    if (this.#batches?.key === key) return this.#batches.store;
    // Frees the old ones before the new take memory.
    await this.#forgetBatches();
    const store = await make();
    this.#batches = { key, store };
    return store;
  }

  async #forgetBatches(): Promise<void> {
    const previous = this.#batches;
    this.#batches = undefined;
    if (previous) await this.thread.forget(previous.store.id);
  }
}
