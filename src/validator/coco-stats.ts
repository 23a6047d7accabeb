import { evaluateCoco } from '../domain/evaluation/coco/evaluate';
import type { CocoStats } from '../domain/evaluation/types';
import type { Columns } from './val-set/collect';

/** COCO's 12 numbers of corner boxes in image space; no box is a crowd, areas are those of the boxes. */
export function cocoStats({ truth, detections }: Columns): CocoStats {
  const labels = sized(truth.boxes);
  const count = truth.image.length;
  const groundTruth = {
    images: truth.images,
    categories: truth.classes,
    image: Int32Array.from(truth.image),
    category: Int32Array.from(truth.class),
    boxes: labels,
    area: Float64Array.from({ length: count }, (_, i) => labels[4 * i + 2] * labels[4 * i + 3]),
    flags: new Uint8Array(count),
  };
  const found = {
    image: Int32Array.from(detections.image),
    category: Int32Array.from(detections.class),
    boxes: sized(detections.boxes),
    scores: Float64Array.from(detections.scores),
  };
  return evaluateCoco(groundTruth, found).stats;
}

/** Corners to left, top, width, height. */
function sized(boxes: Float32Array): Float64Array {
  return Float64Array.from(boxes, (value, i) => ((i & 3) < 2 ? value : value - boxes[i - 2]));
}
