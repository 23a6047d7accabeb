import { wordsOf } from '../../base/worded-error';
import type { Words } from '../../base/words';
import { decodeImage } from '../../dataset/decode/decode';
import { freeMemory } from '../../dataset/machine-room';
import { cropInput, placeCrop } from '../../domain/classification/input';
import type { RgbImage } from '../../domain/detection/image';
import {
  type ChannelOrder,
  type Fit,
  fillInput,
  type Placement,
  placeImage,
  type Size,
} from '../../domain/detection/letterbox';
import type { BatchFiller } from '../session/input-batch';
import type { InputData, KeptName } from '../session/thread-messages';
import type { PlannedBatch } from './batch-plan';

/** One image of a batch. */
export type BatchRow = { readonly index: number; readonly size: Size; readonly placement: Placement };

/** A batch as the session takes it. `rows` are the images that could be read; the data may hold more, to fill up. */
export type ReadyBatch = {
  readonly rows: readonly BatchRow[];
  readonly dims: readonly number[];
  /** Absent if the session's thread has kept it, under `keptAs`. */
  readonly data?: InputData;
  readonly keptAs?: KeptName;
};

export type BatchStoreOptions = Images & {
  readonly plan: readonly PlannedBatch[];
  readonly filler: BatchFiller;
  /** Batch that the model is fixed to: smaller ones are filled up by repeating an image. */
  readonly fixedBatch: number | undefined;
};

const MOST_BYTES = 2 ** 31;
/** Share of the free memory that the cache may take. */
const MEMORY_SHARE = 0.25;

let nextId = 1;

/**
 * Batches of a split, kept between checkpoints: ready to run if all of them fit in memory, else as bytes of images as
 * far as those fit.
 */
export class BatchStore {
  /** By which the session's thread knows what it keeps of this one. */
  readonly id = nextId++;
  readonly plan: readonly PlannedBatch[];
  readonly #options: BatchStoreOptions;
  readonly #images: PreparedSet;
  readonly #keepsBatches: boolean;
  readonly #batches = new Map<number, ReadyBatch>();

  constructor(options: BatchStoreOptions) {
    const room = Math.min(MOST_BYTES, MEMORY_SHARE * freeMemory());
    this.plan = options.plan;
    this.#options = options;
    this.#keepsBatches = options.filler.bytesOf(elementsOf(options.plan)) <= room;
    this.#images = new PreparedSet(options, this.#keepsBatches ? 0 : room);
  }

  /** Why images could not be read, by index. */
  get failed(): ReadonlyMap<number, Words> {
    return this.#images.failed;
  }

  /** The n-th batch of the plan; undefined if none of its images can be read. Its data goes to the session. */
  async take(n: number): Promise<ReadyBatch | undefined> {
    const kept = this.#batches.get(n);
    this.#batches.delete(n);
    return kept ?? this.#make(n);
  }

  /** Takes the batch back from the session, with its memory if that came back. */
  giveBack(n: number, { data: _, ...batch }: ReadyBatch, data: InputData | undefined): void {
    if (this.#keepsBatches) this.#batches.set(n, batch);
    else if (data) this.#options.filler.giveBack(data);
  }

  async #make(n: number): Promise<ReadyBatch | undefined> {
    const { images, input } = this.plan[n];
    const prepared = await Promise.all(
      images.map(async (index) => ({ index, image: await this.#images.prepare(index, input) })),
    );
    const read = prepared.filter((p): p is { index: number; image: PreparedImage } => p.image !== undefined);
    if (read.length === 0) return undefined;
    const pixels = read.map(({ image }) => image.pixels);
    while (pixels.length < (this.#options.fixedBatch ?? 0)) pixels.push(pixels[0]);
    return {
      rows: read.map(({ index, image: { size, placement } }) => ({ index, size, placement })),
      dims: [pixels.length, 3, input.height, input.width],
      data: this.#options.filler.fill(pixels, input),
      ...(this.#keepsBatches && { keptAs: { set: this.id, batch: n } }),
    };
  }
}

function elementsOf(plan: readonly PlannedBatch[]): number {
  return plan.reduce((sum, { images, input }) => sum + 3 * images.length * input.width * input.height, 0);
}

/** An image as the model's input takes it. */
type PreparedImage = {
  readonly size: Size;
  readonly placement: Placement;
  /** Channels first, 3 * height * width of the input. */
  readonly pixels: Uint8Array;
};

type Preparation = {
  readonly fit: Fit | 'crop';
  readonly order: ChannelOrder;
  /** Length of the longer side of the images. */
  readonly imgsz: number;
};

type Images = {
  readonly files: readonly string[];
  readonly how: Preparation;
  /** Is called with the bytes of an image's file each time that it is read. */
  readonly onBytes: (index: number, bytes: Uint8Array) => void;
};

/** Decoded, resized and padded images of a split, kept between checkpoints as far as `room` goes. */
class PreparedSet {
  readonly #files: readonly string[];
  readonly #how: Preparation;
  readonly #onBytes: (index: number, bytes: Uint8Array) => void;
  readonly #cache = new Map<number, PreparedImage>();
  readonly #failed = new Map<number, Words>();
  /** Bytes that may still be kept. */
  #room: number;

  constructor({ files, how, onBytes }: Images, room: number) {
    this.#files = files;
    this.#how = how;
    this.#onBytes = onBytes;
    this.#room = room;
  }

  /** Why images could not be read, by index. */
  get failed(): ReadonlyMap<number, Words> {
    return this.#failed;
  }

  /** The image at `index` in an input of that size; undefined if it cannot be read. */
  async prepare(index: number, input: Size): Promise<PreparedImage | undefined> {
    const known = this.#cache.get(index);
    if (known?.placement.input.width === input.width && known.placement.input.height === input.height)
      return known;
    if (this.#failed.has(index)) return undefined;
    try {
      return this.#keep(index, await this.#decode(index, input));
    } catch (error) {
      this.#failed.set(index, wordsOf(error));
      return undefined;
    }
  }

  async #decode(index: number, input: Size): Promise<PreparedImage> {
    const image = await decodeImage(this.#files[index], (bytes) => this.#onBytes(index, bytes));
    return { size: { width: image.width, height: image.height }, ...this.#place(image, input) };
  }

  #place(image: RgbImage, input: Size): Omit<PreparedImage, 'size'> {
    const { fit, imgsz, order } = this.#how;
    if (fit === 'crop') {
      const placement = placeCrop(image, input);
      return { placement, pixels: cropInput(image, placement) };
    }
    const placement = placeImage(image, input, fit, imgsz);
    return { placement, pixels: fillInput(image, placement, order) };
  }

  #keep(index: number, prepared: PreparedImage): PreparedImage {
    if (!this.#cache.has(index) && this.#room >= prepared.pixels.length) {
      this.#room -= prepared.pixels.length;
      this.#cache.set(index, prepared);
    }
    return prepared;
  }
}
