import type { Detections } from '../evaluation/types';
import { boxIou } from '../evaluation/ultralytics/iou';
import type { DetectionRecord } from './record';

// What a stricter validation would have found, derived from a looser one: NMS goes from the best score down, so that a
// higher threshold or a lower limit only cuts off its end.

export function keepAbove(record: DetectionRecord, conf: number): DetectionRecord {
  const { scores } = record.detections;
  return { ...record, detections: pick(record.detections, (i) => scores[i] > conf) };
}

/** The best `most` of each image; an image's detections come by descending score. */
export function keepFirst(record: DetectionRecord, most: number): DetectionRecord {
  const counts = new Uint32Array(record.truth.images);
  const { image } = record.detections;
  return { ...record, detections: pick(record.detections, (i) => counts[image[i]]++ < most) };
}

/** All classes as one: of boxes that overlap more than NMS allows the best stays, whatever its class. */
export function foldClasses(record: DetectionRecord): DetectionRecord {
  const { detections, truth, header } = record;
  const one = { ...detections, class: new Uint16Array(detections.class.length) };
  return {
    header: { ...header, classes: ['item'] },
    detections: pick(one, withoutOverlaps(one, truth.images, header.rule.iou)),
    truth: { ...truth, classes: 1, class: new Uint16Array(truth.class.length) },
  };
}

/** Decides for each of the detections, in ascending order, whether it stays. */
function withoutOverlaps({ boxes, image }: Detections, images: number, iou: number): (i: number) => boolean {
  const kept: number[][] = Array.from({ length: images }, () => []);
  return (i) => {
    const own = kept[image[i]];
    if (own.some((other) => boxIou(boxes, other, boxes, i) > iou)) return false;
    own.push(i);
    return true;
  };
}

function pick({ boxes, scores, class: cls, image }: Detections, stays: (i: number) => boolean): Detections {
  const kept = Uint32Array.from(image.keys()).filter(stays);
  return {
    boxes: Float32Array.from({ length: 4 * kept.length }, (_, k) => boxes[4 * kept[k >> 2] + (k & 3)]),
    scores: Float32Array.from(kept, (i) => scores[i]),
    class: Uint16Array.from(kept, (i) => cls[i]),
    image: Uint32Array.from(kept, (i) => image[i]),
  };
}
