import type { Labels } from './labels';

/** How many pixels of its longer side a box must have at the training size: a detector's loss ignores smaller ones. */
export const LEAST_PIXELS = 2;
/** Exporters round: a box may leave its image by a thousandth. */
const OUTSIDE = 1e-3;

export type LabelStats = {
  readonly boxes: number;
  /** Boxes of each class. */
  readonly perClass: readonly number[];
  /** Boxes that reach out of their image, and an image that has one. */
  readonly outside: { readonly count: number; readonly example?: string };
};

type FileLabels = Labels & { readonly file: string };

export function labelStats(images: readonly FileLabels[], classes: number): LabelStats {
  const perClass = new Array<number>(classes).fill(0);
  let [boxes, count] = [0, 0];
  let example: string | undefined;
  for (const image of images) {
    boxes += image.class.length;
    for (const cls of image.class) perClass[cls] = (perClass[cls] ?? 0) + 1;
    const out = countOutside(image.boxes);
    count += out;
    if (out > 0) example ??= image.file;
  }
  return { boxes, perClass, outside: { count, ...(example !== undefined && { example }) } };
}

function countOutside(boxes: Float32Array): number {
  let count = 0;
  for (let i = 0; i < boxes.length; i += 4) {
    const reaches = [0, 1].some((axis) => {
      const [center, half] = [boxes[i + axis], boxes[i + 2 + axis] / 2];
      return center - half < -OUTSIDE || center + half > 1 + OUTSIDE;
    });
    if (reaches) count++;
  }
  return count;
}

/** Boxes whose longer side is under LEAST_PIXELS once the image's longer side is `imgsz`. */
export function countTiny(
  boxes: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  imgsz: number,
): number {
  const scale = imgsz / Math.max(width, height);
  let count = 0;
  for (let i = 0; i < boxes.length; i += 4)
    if (Math.max(boxes[i + 2] * width, boxes[i + 3] * height) * scale < LEAST_PIXELS) count++;
  return count;
}
