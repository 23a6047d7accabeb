import { createRandom, type Random, shuffle } from '../../../base/random';
import type { AugmentSettings } from '../../../domain/experiment/types';
import { type EpochGrid, placeOf } from '../../../domain/schedule/epoch-grid';
import type { BatchJob } from './types';

export type BatchPlanOptions = {
  readonly images: number;
  /** How steps make epochs; the images of this set make those of its last stretch. */
  readonly grid: EpochGrid;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly augment: Pick<AugmentSettings, 'close_mosaic'>;
  /** First step without mosaic by request. */
  readonly mosaicClosedFrom: () => number | undefined;
};

/**
 * The images and settings of each step's batch. The last batch of an epoch is filled up from the epoch's beginning,
 * with other augmentation: the training graph has one batch size.
 */
export function planBatches(options: BatchPlanOptions): (step: number) => BatchJob | undefined {
  const { images, grid, batch, epochs, seed } = options;
  let order: { epoch: number; indices: readonly number[] } = { epoch: 0, indices: [] };
  return (step) => {
    const { epoch, inEpoch } = placeOf(grid, step);
    if (epoch > epochs) return undefined;
    if (order.epoch !== epoch) order = { epoch, indices: epochOrder(images, seed, epoch) };
    const position = inEpoch * batch;
    const indices = Array.from({ length: batch }, (_, i) => order.indices[(position + i) % images]);
    return { step, epoch, indices, position, mosaic: isMosaicOpen(options, step, epoch) };
  };
}

/** The last close_mosaic epochs go without mosaic and mixup, as in Ultralytics (facts A1.9). */
function isMosaicOpen(options: BatchPlanOptions, step: number, epoch: number): boolean {
  const { epochs, augment, mosaicClosedFrom } = options;
  return epoch <= epochs - augment.close_mosaic && step < (mosaicClosedFrom() ?? Number.POSITIVE_INFINITY);
}

const ORDER_STREAM = 0x5eed;

/** The order in which an epoch (from 1) visits n images: a function of seed and epoch alone. */
export function epochOrder(n: number, seed: number, epoch: number): number[] {
  const indices = Array.from({ length: n }, (_, i) => i);
  return shuffle(indices, createRandom(seed, mix(ORDER_STREAM, epoch)));
}

/** The random numbers of the sample at an index of an epoch, whichever worker prepares it and whenever. */
export function sampleRandom(seed: number, epoch: number, position: number): Random {
  return createRandom(seed, mix(epoch, position + 1));
}

/** Two integers to one 32-bit stream number (the finalizer of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) | 0;
}
