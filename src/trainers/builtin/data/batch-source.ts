import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Deferred, deferred } from '../../../base/async';
import type { Disposable } from '../../../base/disposable';
import { freeMemory } from '../../../dataset/machine-room';
import type { DatasetImage } from '../../../dataset/split';
import { createImageCache } from './image-cache';
import type { BatchJob, BatchSettings, TrainBatch, UnreadableImage } from './types';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './worker';

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

type Slot = { readonly worker: Worker; load: number };
type Pending = { readonly id: number; readonly answer: Deferred<TrainBatch> };

const MOST_CACHE_BYTES = 2 ** 31;

/** Batches made ahead of the step by worker threads, in the order of steps whatever order they are finished in. */
export class BatchSource implements Disposable {
  readonly #options: BatchSourceOptions;
  readonly #slots: Slot[];
  readonly #pending = new Map<number, Pending>();
  readonly #byId = new Map<number, { readonly pending: Pending; readonly slot: Slot }>();
  #nextId = 1;
  #failed: Error | undefined;
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
    this.#slots = Array.from({ length: workerCount(options.workers) }, () => {
      const slot = { worker: new Worker(workerFile, { workerData: start }), load: 0 };
      slot.worker.on('message', (answer: WorkerAnswer) => this.#receive(answer));
      slot.worker.on('error', (error) => this.#fail(error));
      return slot;
    });
  }

  get workers(): number {
    return this.#slots.length;
  }

  /** The batch of `step`; those of the next steps are begun. */
  async batch(step: number): Promise<TrainBatch> {
    if (this.#failed) throw this.#failed;
    const before = performance.now();
    for (let ahead = step; ahead <= step + this.#slots.length + 2; ahead++) this.#begin(ahead);
    const pending = this.#pending.get(step);
    if (!pending) throw new Error(`step ${step} is past the end of the run`);
    const batch = await pending.answer.promise;
    this.#pending.delete(step);
    this.waitedMs += performance.now() - before;
    return batch;
  }

  /** Discards batches that were made ahead: their settings have changed. */
  restart(): void {
    this.#pending.clear();
  }

  dispose(): void {
    for (const { worker } of this.#slots) void worker.terminate();
    this.#fail(new Error('the batch source was closed'));
  }

  #begin(step: number): void {
    const job = this.#pending.has(step) ? undefined : this.#options.jobOf(step);
    if (!job) return;
    const pending: Pending = { id: this.#nextId++, answer: deferred<TrainBatch>() };
    // The failure of a batch that is no longer awaited may be ignored.
    pending.answer.promise.catch(() => undefined);
    const slot = this.#slots.reduce((a, b) => (b.load < a.load ? b : a));
    slot.load++;
    this.#pending.set(step, pending);
    this.#byId.set(pending.id, { pending, slot });
    slot.worker.postMessage({ id: pending.id, job } satisfies WorkerRequest);
  }

  #receive({ id, batch, error, unreadable }: WorkerAnswer): void {
    for (const image of unreadable) this.#options.onUnreadable(image);
    const entry = this.#byId.get(id);
    if (!entry) return;
    this.#byId.delete(id);
    entry.slot.load--;
    if (batch) entry.pending.answer.resolve(batch);
    else entry.pending.answer.reject(new Error(error ?? 'a batch worker sent no batch'));
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const { pending } of this.#byId.values()) pending.answer.reject(error);
    this.#byId.clear();
  }
}

/** One core is left to the training step; at least one worker, so that the step never decodes. */
function workerCount(wanted: number): number {
  return Math.max(1, Math.min(wanted, availableParallelism() - 1));
}
