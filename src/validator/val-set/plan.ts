import { mapPool } from '../../base/pool';
import { imageSize } from '../../dataset/decode/image-size';
import type { Size } from '../../domain/detection/letterbox';
import { rectBatches } from '../../domain/detection/rect-batches';
import type { OpenModel } from '../model/open-model';

export type PlannedBatch = {
  readonly input: Size;
  /** Indexes of images. */
  readonly images: readonly number[];
};

/** Image headers read at once. */
const HEADER_WIDTH = 16;
const SQUARE = { width: 1, height: 1 };

/**
 * Ultralytics pads a rect batch by strides of 32 pixels at least, whatever the model's own stride, in training and when it validates a .pt
 * (nn/backends/pytorch.py): a net of stride 8 is judged on the same inputs here.
 */
const LEAST_STRIDE = 32;

/** Consecutive images in the model's own input. */
export function squarePlan(count: number, batch: number, { input }: OpenModel): PlannedBatch[] {
  return Array.from({ length: Math.ceil(count / batch) }, (_, b) => ({
    input,
    images: Array.from({ length: Math.min(batch, count - b * batch) }, (_, i) => b * batch + i),
  }));
}

/** Images of like aspect ratio together; one whose header cannot be read counts as square, and fails later. */
export async function rectPlan(
  files: readonly string[],
  batch: number,
  model: OpenModel,
): Promise<PlannedBatch[]> {
  const sizes = await mapPool(files, HEADER_WIDTH, async (file) => (await imageSize(file)) ?? SQUARE);
  const stride = Math.max(model.stride, LEAST_STRIDE);
  const imgsz = Math.max(model.input.width, model.input.height);
  return rectBatches(sizes, { batch, imgsz, stride });
}
