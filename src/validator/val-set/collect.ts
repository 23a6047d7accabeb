import { concatenate } from '../../base/concatenate';
import type { DatasetImage } from '../../dataset/split';
import type { Placement, Size } from '../../domain/detection/letterbox';
import type { Detections, GroundTruth } from '../../domain/evaluation/types';

/** What was found in one image, in input pixels, by descending score. */
export type ImageResult = {
  readonly index: number;
  readonly size: Size;
  readonly placement: Placement;
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly class: Uint16Array;
};

/** Detections and ground truth of a whole split, in one space. */
export type ValSetColumns = { readonly detections: Detections; readonly truth: GroundTruth };

/** Writes a box of ground truth as corners; `out` holds 4 numbers from `at` on. */
type Corners = (boxes: Float32Array, result: ImageResult, out: Float32Array) => Float32Array;

/** Ultralytics' space: pixels of the padded input, unclipped. */
export function inputColumns(
  results: readonly ImageResult[],
  images: readonly DatasetImage[],
  classes: number,
): ValSetColumns {
  return columns(results, images, classes, {
    detected: (boxes) => boxes,
    labelled: (boxes, { placement }, out) => {
      const { width, height, left, top } = placement;
      return corners(boxes, { width, height }, { left, top }, out);
    },
  });
}

/** COCO's space: pixels of the original image, detections clipped to it. */
export function imageColumns(
  results: readonly ImageResult[],
  images: readonly DatasetImage[],
  classes: number,
): ValSetColumns {
  return columns(results, images, classes, { detected: toImage, labelled: inImage });
}

/** What is stored: pixels of the original image, unclipped, so that overlaps are those of Ultralytics' space. */
export function keptColumns(
  results: readonly ImageResult[],
  images: readonly DatasetImage[],
  classes: number,
): ValSetColumns {
  return columns(results, images, classes, { detected: toImageUnclipped, labelled: inImage });
}

const inImage: Corners = (boxes, { size }, out) => corners(boxes, size, { left: 0, top: 0 }, out);

function columns(
  results: readonly ImageResult[],
  images: readonly DatasetImage[],
  classes: number,
  space: { readonly detected: Corners; readonly labelled: Corners },
): ValSetColumns {
  const found = results.map((r) => ({
    ...r,
    boxes: space.detected(r.boxes, r, new Float32Array(r.boxes.length)),
  }));
  const labels = results.map((r) => {
    const { boxes, class: cls } = images[r.index];
    return { class: cls, boxes: space.labelled(boxes, r, new Float32Array(boxes.length)) };
  });
  return {
    detections: {
      ...flatten(found),
      scores: concatenate(
        found.map((r) => r.scores),
        Float32Array,
      ),
    },
    truth: { images: results.length, classes, ...flatten(labels) },
  };
}

type ImageBoxes = { readonly boxes: Float32Array; readonly class: Uint16Array };

function flatten(parts: readonly ImageBoxes[]) {
  const image = new Uint32Array(parts.reduce((sum, part) => sum + part.class.length, 0));
  const cls = new Uint16Array(image.length);
  let at = 0;
  parts.forEach((part, i) => {
    image.fill(i, at, at + part.class.length);
    cls.set(part.class, at);
    at += part.class.length;
  });
  return {
    boxes: concatenate(
      parts.map((part) => part.boxes),
      Float32Array,
    ),
    class: cls,
    image,
  };
}

function corners(
  boxes: Float32Array,
  { width, height }: Size,
  { left, top }: { readonly left: number; readonly top: number },
  out: Float32Array,
): Float32Array {
  for (let i = 0; i < boxes.length; i += 4) {
    const [cx, cy] = [boxes[i] * width, boxes[i + 1] * height];
    const [halfWidth, halfHeight] = [(boxes[i + 2] * width) / 2, (boxes[i + 3] * height) / 2];
    out[i] = cx - halfWidth + left;
    out[i + 1] = cy - halfHeight + top;
    out[i + 2] = cx + halfWidth + left;
    out[i + 3] = cy + halfHeight + top;
  }
  return out;
}

/** Boxes of the input in pixels of the original image, clipped to it. */
export function toImage(
  boxes: Float32Array,
  { placement, size }: Pick<ImageResult, 'placement' | 'size'>,
  out: Float32Array,
): Float32Array {
  toImageUnclipped(boxes, { placement }, out);
  for (let i = 0; i < out.length; i++) out[i] = clip(out[i], i % 2 === 0 ? size.width : size.height);
  return out;
}

function toImageUnclipped(
  boxes: Float32Array,
  { placement }: Pick<ImageResult, 'placement'>,
  out: Float32Array,
): Float32Array {
  const { left, top, scaleX, scaleY } = placement;
  for (let i = 0; i < boxes.length; i += 2) {
    out[i] = (boxes[i] - left) / scaleX;
    out[i + 1] = (boxes[i + 1] - top) / scaleY;
  }
  return out;
}

function clip(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
