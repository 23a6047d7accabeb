import { workerData } from 'node:worker_threads';
import { oneAtATime } from '../../../base/async';
import type { DatasetImage } from '../../../dataset/split';
import { type Channel, Transferred } from '../../../protocol/channel';
import { channelToHost } from '../../../protocol/node/transports';
import type { ImageCache } from './image-cache';
import { type BatchContext, prepareBatch } from './prepare-batch';
import type { BatchJob, BatchSettings } from './types';

/** The start options of a batch worker. It answers `batch` with a `TrainBatch`; its events are `unreadable` images. */
export type WorkerStart = {
  readonly settings: BatchSettings;
  readonly images: readonly DatasetImage[];
  readonly cache: ImageCache;
};

function serve(start: WorkerStart): Channel {
  const context: BatchContext = {
    ...start,
    files: start.images.map((image) => image.file),
    onUnreadable: (image) => channel.event('unreadable', image),
  };
  // One job after another: a second batch at once would only make both late.
  const inTurn = oneAtATime();
  const channel = channelToHost({
    handlers: { batch: (job) => inTurn(() => transferredBatch(context, job as BatchJob)) },
  });
  return channel;
}

async function transferredBatch(context: BatchContext, job: BatchJob): Promise<Transferred> {
  const batch = await prepareBatch(context, job);
  return new Transferred(batch, [batch.images.buffer as ArrayBuffer]);
}

serve(workerData as WorkerStart);
