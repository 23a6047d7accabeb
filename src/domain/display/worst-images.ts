import type { Detections, GroundTruth } from '../evaluation/types';
import { boxIou } from '../evaluation/ultralytics/iou';

export type JudgedBox = {
  readonly kind: 'truth' | 'missed' | 'hit' | 'false';
  readonly class: number;
  readonly score: number | undefined;
  /** x1, y1, x2, y2 in the space of the detections. */
  readonly box: readonly [number, number, number, number];
};
export type JudgedImage = {
  readonly image: number;
  readonly missed: number;
  readonly falseAlarms: number;
  readonly boxes: readonly JudgedBox[];
};

const HIT_IOU = 0.5;

/**
 * Images by how much went wrong on them at one confidence, most first: missed labels and false positives. A label is
 * found by the best scored detection of its class that overlaps it by half.
 */
export function worstImages(truth: GroundTruth, detections: Detections, confidence: number): JudgedImage[] {
  const labels = groupByImage(truth.image, truth.images);
  const found = groupByImage(detections.image, truth.images);
  const judged = Array.from({ length: truth.images }, (_, image) => {
    const own = found[image].filter((d) => detections.scores[d] >= confidence);
    return judge({ truth, detections, image }, labels[image], own);
  });
  return judged.sort((a, b) => wrongOf(b) - wrongOf(a) || a.image - b.image);
}

const wrongOf = (image: JudgedImage): number => image.missed + image.falseAlarms;

function groupByImage(images: Uint32Array, count: number): number[][] {
  const groups: number[][] = Array.from({ length: count }, () => []);
  images.forEach((image, i) => {
    groups[image].push(i);
  });
  return groups;
}

type ImageContext = { readonly truth: GroundTruth; readonly detections: Detections; readonly image: number };

function judge(context: ImageContext, labels: readonly number[], found: readonly number[]): JudgedImage {
  const { truth, detections, image } = context;
  const taken = new Set<number>();
  const byScore = found.toSorted((a, b) => detections.scores[b] - detections.scores[a]);
  const judged = byScore.map((d): JudgedBox => {
    const label = freeLabel(context, labels, taken, d);
    if (label !== undefined) taken.add(label);
    const kind = label === undefined ? 'false' : 'hit';
    return { kind, class: detections.class[d], score: detections.scores[d], box: boxAt(detections.boxes, d) };
  });
  const trueBoxes = labels.map((l): JudgedBox => {
    const kind = taken.has(l) ? 'truth' : 'missed';
    return { kind, class: truth.class[l], score: undefined, box: boxAt(truth.boxes, l) };
  });
  const falseAlarms = judged.filter((box) => box.kind === 'false').length;
  return { image, missed: labels.length - taken.size, falseAlarms, boxes: [...trueBoxes, ...judged] };
}

function freeLabel(
  { truth, detections }: ImageContext,
  labels: readonly number[],
  taken: ReadonlySet<number>,
  detection: number,
): number | undefined {
  const candidates = labels
    .filter((l) => !taken.has(l) && truth.class[l] === detections.class[detection])
    .map((l) => ({ label: l, iou: boxIou(truth.boxes, l, detections.boxes, detection) }))
    .filter(({ iou }) => iou >= HIT_IOU)
    .sort((a, b) => b.iou - a.iou);
  return candidates[0]?.label;
}

function boxAt(boxes: Float32Array, i: number): [number, number, number, number] {
  return [boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]];
}
