import { wordsOf } from '../../base/worded-error';
import type { Words } from '../../base/words';
import { decodeImage } from '../../dataset/decode/decode';
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

/** An image as the model's input takes it. */
export type PreparedImage = {
  readonly size: Size;
  readonly placement: Placement;
  /** Channels first, 3 * height * width of the input. */
  readonly pixels: Uint8Array;
};

export type Preparation = {
  readonly fit: Fit | 'crop';
  readonly order: ChannelOrder;
  /** Length of the longer side of the images. */
  readonly imgsz: number;
};

export type Images = {
  readonly files: readonly string[];
  readonly how: Preparation;
  /** Is called with the bytes of an image's file each time that it is read. */
  readonly onBytes: (index: number, bytes: Uint8Array) => void;
};

/** Decoded, resized and padded images of a split, kept between checkpoints as far as `room` goes. */
export class PreparedSet {
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
