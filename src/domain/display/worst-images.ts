import type { Detections, GroundTruth } from '../evaluation/types';
import { boxIou } from '../evaluation/ultralytics/iou';
import { type MatchingRule, matchUltralytics } from '../evaluation/ultralytics/match';
import { apLost } from './ap-lost';

/** x1, y1, x2, y2 in the space of the detections. */
type BoxCorners = readonly [number, number, number, number];

/** A label with the score of the detection that finds it, if one does: below that confidence it counts as missed. */
export type JudgedLabel = {
  readonly kind: 'truth';
  readonly class: number;
  readonly box: BoxCorners;
  readonly foundAt: number | undefined;
};
export type JudgedDetection = {
  readonly kind: 'hit' | 'false';
  readonly class: number;
  readonly score: number;
  readonly box: BoxCorners;
};
export type JudgedBox = JudgedLabel | JudgedDetection;

/** Images by what they cost of mAP50-95, most first; of equals those with more detections of classes that have no label. */
export type WorstOrder = {
  readonly order: readonly number[];
  /** The share of each image in all of the AP that is lost, 0 to 1. */
  readonly shares: Float64Array;
};

const HIT_IOU = 0.5;

export function worstOrder(truth: GroundTruth, detections: Detections, matching?: MatchingRule): WorstOrder {
  const { ofImage, all } = apLost(matchUltralytics(truth, detections, matching));
  const shares = ofImage.map((lost) => (all > 0 ? lost / all : 0));
  // mAP is of the classes with labels: detections of others cost nothing of it, but are mistakes.
  const labelled = new Set(truth.class);
  const extra = new Uint32Array(truth.images);
  detections.image.forEach((image, i) => {
    if (!labelled.has(detections.class[i])) extra[image]++;
  });
  const order = Array.from({ length: truth.images }, (_, image) => image);
  order.sort((a, b) => shares[b] - shares[a] || extra[b] - extra[a] || a - b);
  return { order, shares };
}

/** Rows of one image, among all of them. */
export type ImageRows = { readonly labels: readonly number[]; readonly found: readonly number[] };

/** The labels of an image, then its detections, best first. A label is found by the best scored detection that overlaps it by half. */
export function judgeImage(
  truth: GroundTruth,
  detections: Detections,
  { labels, found }: ImageRows,
): JudgedBox[] {
  const finders = new Map<number, number>();
  const byScore = found.toSorted((a, b) => detections.scores[b] - detections.scores[a]);
  const judged = byScore.map((d): JudgedDetection => {
    const label = freeLabel({ truth, detections }, labels, finders, d);
    if (label !== undefined) finders.set(label, detections.scores[d]);
    const kind = label === undefined ? 'false' : 'hit';
    return { kind, class: detections.class[d], score: detections.scores[d], box: boxAt(detections.boxes, d) };
  });
  const own = labels.map((l): JudgedLabel => {
    return { kind: 'truth', class: truth.class[l], box: boxAt(truth.boxes, l), foundAt: finders.get(l) };
  });
  return [...own, ...judged];
}

function freeLabel(
  { truth, detections }: { readonly truth: GroundTruth; readonly detections: Detections },
  labels: readonly number[],
  taken: ReadonlyMap<number, number>,
  detection: number,
): number | undefined {
  const candidates = labels
    .filter((l) => !taken.has(l) && truth.class[l] === detections.class[detection])
    .map((l) => ({ label: l, iou: boxIou(truth.boxes, l, detections.boxes, detection) }))
    .filter(({ iou }) => iou >= HIT_IOU)
    .sort((a, b) => b.iou - a.iou);
  return candidates[0]?.label;
}

function boxAt(boxes: Float32Array, i: number): BoxCorners {
  return [boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]];
}
