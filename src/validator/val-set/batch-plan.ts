import { mapPool } from '../../base/async';
import { imageSize } from '../../dataset/decode/decode';
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

/** `rectBatch` images share a shape, which decides the numbers; `batch` of them run at once, which does not. */
export type RectBatching = { readonly batch: number; readonly rectBatch: number };

/** Images of similar aspect ratio together; one whose header cannot be read counts as square, and fails later. */
export async function rectPlan(
  files: readonly string[],
  { batch, rectBatch }: RectBatching,
  model: OpenModel,
): Promise<PlannedBatch[]> {
  const sizes = await mapPool(files, HEADER_WIDTH, async (file) => (await imageSize(file)) ?? SQUARE);
  const stride = Math.max(model.stride, LEAST_STRIDE);
  const imgsz = Math.max(model.input.width, model.input.height);
  return regrouped(rectBatches(sizes, { batch: rectBatch, imgsz, stride }), batch);
}

/** Neighbours of one shape run together, up to `batch` images at once. */
export function regrouped(blocks: readonly PlannedBatch[], batch: number): PlannedBatch[] {
  const joined: { input: Size; images: number[] }[] = [];
  for (const { input, images } of blocks) {
    const last = joined.at(-1);
    if (last && isSame(last.input, input)) last.images.push(...images);
    else joined.push({ input, images: [...images] });
  }
  return joined.flatMap(({ input, images }) => cut(images, batch).map((part) => ({ input, images: part })));
}

const isSame = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

function cut(images: readonly number[], size: number): number[][] {
  const count = Math.ceil(images.length / size);
  return Array.from({ length: count }, (_, i) => images.slice(i * size, (i + 1) * size));
}
