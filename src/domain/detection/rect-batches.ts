import type { Size } from './letterbox';

export type RectBatch = {
  readonly input: Size /** Indexes of the images. */;
  readonly images: readonly number[];
};

/** Ultralytics pads a rect batch by half a stride (data/base.py, pad = .5): a square image at 640 becomes 672 x 672. */
const PAD_STRIDES = 0.5;

/** Images sorted by aspect ratio (height / width), cut into batches that share one shape (facts A4.3). */
export function rectBatches(
  sizes: readonly Size[],
  options: { readonly batch: number; readonly imgsz: number; readonly stride: number },
): RectBatch[] {
  const aspect = sizes.map((size) => size.height / size.width);
  const order = sizes.map((_, i) => i).sort((a, b) => aspect[a] - aspect[b] || a - b);
  const batches: RectBatch[] = [];
  for (let start = 0; start < order.length; start += options.batch) {
    const images = order.slice(start, start + options.batch);
    batches.push({
      images,
      input: shapeOf(
        images.map((i) => aspect[i]),
        options,
      ),
    });
  }
  return batches;
}

function shapeOf(aspects: readonly number[], { imgsz, stride }: { imgsz: number; stride: number }): Size {
  const tallest = Math.max(...aspects);
  const flattest = Math.min(...aspects);
  const side = (share: number): number => Math.ceil((share * imgsz) / stride + PAD_STRIDES) * stride;
  if (tallest < 1) return { height: side(tallest), width: side(1) };
  if (flattest > 1) return { height: side(1), width: side(1 / flattest) };
  return { height: side(1), width: side(1) };
}

/** imgsz raised to a multiple of the stride, as Ultralytics does. */
export function roundToStride(imgsz: number, stride: number): number {
  return Math.max(Math.ceil(imgsz / stride) * stride, stride);
}

/**
 * Batch that balances memory and the cost of each call: a CPU gains little from large ones, and a GPU that cannot use
 * FP16 is given twice as much at once. If it does not fit after all, half of it is tried.
 */
export function autoBatch(input: Size, { gpu, half }: { gpu: boolean; half: boolean }): number {
  const share = (640 * 640) / (input.width * input.height);
  const onGpu = half ? 16 : 32;
  const fitting = (gpu ? onGpu : 4) * share;
  const most = gpu ? 64 : 32;
  return Math.max(1, Math.min(most, 2 ** Math.floor(Math.log2(Math.max(1, fitting)))));
}
