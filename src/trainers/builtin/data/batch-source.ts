import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Disposable } from '../../../base/disposable';
import { freeMemory } from '../../../dataset/machine-room';
import type { DatasetImage } from '../../../dataset/split';
import type { Channel } from '../../../protocol/channel';
import { channelToThread } from '../../../protocol/node/transports';
import { createImageCache } from './image-cache';
import type { BatchJob, BatchSettings, TrainBatch, UnreadableImage } from './types';
import type { WorkerStart } from './worker';

export type BatchSourceOptions = {
  /** Bundle of data/worker.ts. */
  readonly workerFile: string;
  readonly workers: number;
  readonly settings: BatchSettings;
  readonly images: readonly DatasetImage[];
  /** The images and settings of a step's batch; undefined past the end of the run. */
  readonly jobOf: (step: number) => BatchJob | undefined;
  readonly onUnreadable: (image: UnreadableImage) => void;
};

type Slot = { readonly worker: Worker; readonly channel: Channel; load: number };

const MOST_CACHE_BYTES = 2 ** 31;

/** Batches made ahead of the step by worker threads, in the order of steps whatever order they are finished in. */
export class BatchSource implements Disposable {
  readonly #options: BatchSourceOptions;
  readonly #slots: Slot[];
  readonly #begun = new Map<number, Promise<TrainBatch>>();
  /** Milliseconds that callers have waited for batches. */
  waitedMs = 0;

  constructor(options: BatchSourceOptions) {
    this.#options = options;
    const { settings, images, workerFile } = options;
    const cache = createImageCache(
      images.length,
      settings.imgsz,
      Math.min(MOST_CACHE_BYTES, freeMemory() / 4),
    );
    const start: WorkerStart = { settings, images, cache };
    // The other side is the same build: what it sends is not checked again.
    const onEvent = (_: string, image: unknown): void => options.onUnreadable(image as UnreadableImage);
    this.#slots = Array.from({ length: workerCount(options.workers) }, () => {
      const worker = new Worker(workerFile, { workerData: start });
      return { worker, channel: channelToThread(worker, { onEvent }), load: 0 };
    });
  }

  get workers(): number {
    return this.#slots.length;
  }

  /** The batch of `step`; those of the next steps are begun. */
  async batch(step: number): Promise<TrainBatch> {
    const before = performance.now();
    for (let ahead = step; ahead <= step + this.#slots.length + 2; ahead++) this.#begin(ahead);
    const begun = this.#begun.get(step);
    if (!begun) throw new Error(`step ${step} is past the end of the run`);
    const batch = await begun;
    this.#begun.delete(step);
    this.waitedMs += performance.now() - before;
    return batch;
  }

  /** Discards batches that were made ahead: their settings have changed. */
  restart(): void {
    this.#begun.clear();
  }

  dispose(): void {
    for (const { worker, channel } of this.#slots) {
      channel.close(new Error('the batch source was closed'));
      void worker.terminate();
    }
  }

  #begin(step: number): void {
    const job = this.#begun.has(step) ? undefined : this.#options.jobOf(step);
    if (!job) return;
    const slot = this.#slots.reduce((a, b) => (b.load < a.load ? b : a));
    slot.load++;
    const batch = slot.channel.request('batch', job).finally(() => slot.load--) as Promise<TrainBatch>;
    // The failure of a batch that is no longer awaited may be ignored.
    batch.catch(() => undefined);
    this.#begun.set(step, batch);
  }
}

/** One core is left to the training step; at least one worker, so that the step never decodes. */
function workerCount(wanted: number): number {
  return Math.max(1, Math.min(wanted, availableParallelism() - 1));
}
