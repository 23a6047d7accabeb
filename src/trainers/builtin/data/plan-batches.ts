import type { AugmentSettings } from '../../../domain/experiment/types';
import { type EpochGrid, placeOf } from '../../../domain/schedule/epoch-grid';
import { epochOrder } from './order';
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
