import type { Words } from '../../../base/words';
import type { AugmentSettings } from '../../../domain/experiment/types';

/** Boxes in pixels of the square training image: x1, y1, x2, y2, length 4n; one class number each. */
export type Boxes = { readonly class: readonly number[]; readonly corners: readonly number[] };

/** A training image of `size` x `size` pixels, planar RGB (3, size, size), with its boxes. */
export type Sample = { readonly pixels: Uint8Array; readonly boxes: Boxes };

/** The input of one step. */
export type TrainBatch = {
  readonly size: number;
  /** (size, 3, imgsz, imgsz) RGB, 0 to 255. */
  readonly images: Uint8Array;
  readonly targets: {
    /** Which image of the batch. */
    readonly image: Int32Array;
    readonly class: Int32Array;
    /** cx, cy, w, h as shares of the image, length 4n. */
    readonly boxes: Float32Array;
  };
};

/** One batch to be made; a pure function of this and of the data set. */
export type BatchJob = {
  readonly step: number;
  readonly epoch: number;
  /** Images, in order. */
  readonly indices: readonly number[];
  /** Index of the first of them in the epoch; with the epoch it selects their random numbers. */
  readonly position: number;
  /** Mosaic and mixup are allowed (they are off for the last epochs). */
  readonly mosaic: boolean;
};

/** What every batch worker gets at its start. */
export type BatchSettings = {
  readonly imgsz: number;
  readonly seed: number;
  readonly augment: AugmentSettings;
};

/** An image that cannot be read; another replaces it. */
export type UnreadableImage = { readonly file: string; readonly said: Words };
