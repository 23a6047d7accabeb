import { parentPort, workerData } from 'node:worker_threads';
import { toError } from '../../../base/async';
import type { DatasetImage } from '../../../dataset/split';
import type { ImageCache } from './image-cache';
import { type BatchContext, prepareBatch } from './prepare-batch';
import type { BatchJob, BatchSettings, TrainBatch, UnreadableImage } from './types';

/** The start options of a batch worker. */
export type WorkerStart = {
  readonly settings: BatchSettings;
  readonly images: readonly DatasetImage[];
  readonly cache: ImageCache;
};
export type WorkerRequest = { readonly id: number; readonly job: BatchJob };
export type WorkerAnswer = {
  readonly id: number;
  readonly batch?: TrainBatch;
  readonly error?: string;
  readonly unreadable: readonly UnreadableImage[];
};

function serve(start: WorkerStart): void {
  const found: UnreadableImage[] = [];
  const context: BatchContext = {
    ...start,
    files: start.images.map((image) => image.file),
    onUnreadable: (image) => found.push(image),
  };
  // One job after another: a second batch at once would only make both late.
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', ({ id, job }: WorkerRequest) => {
    last = last.then(async () => answer(await attempt(context, { id, job }, found)));
  });
}

async function attempt(
  context: BatchContext,
  { id, job }: WorkerRequest,
  found: UnreadableImage[],
): Promise<WorkerAnswer> {
  try {
    const batch = await prepareBatch(context, job);
    return { id, batch, unreadable: found.splice(0) };
  } catch (error) {
    return { id, error: toError(error).message, unreadable: found.splice(0) };
  }
}

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message, message.batch ? [message.batch.images.buffer as ArrayBuffer] : []);
}

serve(workerData as WorkerStart);
