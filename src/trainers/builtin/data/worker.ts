import { workerData } from 'node:worker_threads';
import { oneAtATime } from '../../../base/async';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';
import type { DatasetImage } from '../../../dataset/split';
import { type Channel, Transferred } from '../../../protocol/channel';
import { channelToHost } from '../../../protocol/node/transports';
import type { LabelledImage } from './augment';
import { augment } from './augment';
import { boxAt } from './geometry';
import { type ImageCache, loadImage } from './image-cache';
import { sampleRandom } from './plan-batches';
import type { BatchJob, BatchSettings, Boxes, Sample, TrainBatch, UnreadableImage } from './types';

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

type BatchContext = {
  readonly settings: BatchSettings;
  readonly images: readonly DatasetImage[];
  readonly files: readonly string[];
  readonly cache: ImageCache;
  /** Called for each image that cannot be read, each time it is needed. */
  readonly onUnreadable: (image: UnreadableImage) => void;
};

/** Decodes, augments and packs one batch; the same bytes for a job, whichever worker makes it. */
async function prepareBatch(context: BatchContext, job: BatchJob): Promise<TrainBatch> {
  const { imgsz, seed, augment: settings } = context.settings;
  const load = (index: number) => loadReadable(context, index);
  const samples: Sample[] = [];
  for (const [i, index] of job.indices.entries()) {
    const request = { index, images: context.images.length, size: imgsz, mosaic: job.mosaic, settings };
    samples.push(await augment(request, load, sampleRandom(seed, job.epoch, job.position + i)));
  }
  return pack(samples, imgsz);
}

/** Image `index`, or the next one that can be read. */
async function loadReadable(context: BatchContext, index: number): Promise<LabelledImage> {
  const { images, files, cache, onUnreadable } = context;
  for (let i = 0; i < images.length; i++) {
    const at = (index + i) % images.length;
    const loaded = await loadImage(cache, files, at);
    if (loaded.kind === 'image') return { image: loaded.image, labels: images[at] };
    onUnreadable({ file: files[at], said: loaded.said });
  }
  throw new WordedError(words('no image of the train split can be read'));
}

function pack(samples: readonly Sample[], size: number): TrainBatch {
  const boxes = samples.map((s) => s.boxes);
  const count = boxes.reduce((n, b) => n + b.class.length, 0);
  const images = new Uint8Array(samples.length * 3 * size * size);
  const targets = {
    image: new Int32Array(count),
    class: new Int32Array(count),
    boxes: new Float32Array(4 * count),
  };
  let row = 0;
  for (const [i, sample] of samples.entries()) {
    images.set(sample.pixels, i * 3 * size * size);
    for (const [k, cls] of sample.boxes.class.entries()) {
      targets.image[row] = i;
      targets.class[row] = cls;
      targets.boxes.set(toCenter(sample.boxes, k, size), 4 * row++);
    }
  }
  return { size: samples.length, images, targets };
}

function toCenter(boxes: Boxes, k: number, size: number): [number, number, number, number] {
  const [x1, y1, x2, y2] = boxAt(boxes, k);
  return [(x1 + x2) / 2 / size, (y1 + y2) / 2 / size, (x2 - x1) / size, (y2 - y1) / size];
}
