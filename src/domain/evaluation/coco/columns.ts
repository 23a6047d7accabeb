import type { CocoStats, Detections, GroundTruth } from '../types';
import { cocoStats } from './evaluate';
import type { CocoDetections, CocoGroundTruth } from './input';

/** COCO's 12 numbers of a YOLO data set: boxes in image space, areas width x height, no crowds, ids from 1. */
export function evaluateCocoColumns(groundTruth: GroundTruth, detections: Detections): CocoStats {
  return cocoStats(toCocoGroundTruth(groundTruth), toCocoDetections(detections));
}

export function toCocoGroundTruth(groundTruth: GroundTruth): CocoGroundTruth {
  const boxes = toSized(groundTruth.boxes);
  return {
    images: groundTruth.images,
    categories: groundTruth.classes,
    image: Int32Array.from(groundTruth.image),
    category: Int32Array.from(groundTruth.class),
    boxes,
    area: Float64Array.from({ length: boxes.length / 4 }, (_, i) => boxes[4 * i + 2] * boxes[4 * i + 3]),
    flags: new Uint8Array(boxes.length / 4),
  };
}

export function toCocoDetections(detections: Detections): CocoDetections {
  return {
    image: Int32Array.from(detections.image),
    category: Int32Array.from(detections.class),
    boxes: toSized(detections.boxes),
    scores: Float64Array.from(detections.scores),
  };
}

/** x1, y1, x2, y2 to x, y, width, height. */
function toSized(boxes: Float32Array): Float64Array {
  const sized = new Float64Array(boxes.length);
  for (let i = 0; i < boxes.length; i += 4) {
    sized[i] = boxes[i];
    sized[i + 1] = boxes[i + 1];
    sized[i + 2] = boxes[i + 2] - boxes[i];
    sized[i + 3] = boxes[i + 3] - boxes[i + 1];
  }
  return sized;
}
