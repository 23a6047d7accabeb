import { identityOrder, sortByKey } from '../order';
import type { CocoParams } from './input';
import { type CocoDetections, type CocoGroundTruth, CROWD } from './input';

/** Ends of the area ranges. */
export type Areas = { readonly low: Float64Array; readonly high: Float64Array };

export function areasOf({ areas }: CocoParams): Areas {
  const [low, high] = [new Float64Array(areas.length), new Float64Array(areas.length)];
  areas.forEach((range, a) => {
    low[a] = range.low;
    high[a] = range.high;
  });
  return { low, high };
}

/** Work space of matching. Ground truth is sorted by image, then category; a group is one run of it. */
export type EvaluationGroup = {
  readonly detections: CocoDetections;
  readonly maxDetections: readonly number[];
  readonly areas: Areas;
  readonly truthImage: Int32Array;
  readonly truthCategory: Int32Array;
  /** x1, y1, x2, y2, area of the box. */
  readonly truthBoxes: Float64Array;
  readonly flags: Uint8Array;
  /** Bits of the area ranges in which a ground truth is ignored. */
  readonly truthIgnored: Int32Array;
  /** Thresholds at which a ground truth is taken, per area. */
  readonly taken: Int32Array;
  readonly floors: Float64Array;
  readonly allThresholds: number;
  /** Candidates of one detection, by descending IoU; among equal ones the later ground truth first. */
  readonly candidate: Int32Array;
  readonly candidateIou: Float64Array;
  readonly candidateMask: Int32Array;
  // What Outcomes describes.
  readonly code: Int32Array;
  readonly level: Uint8Array;
  readonly hit: Int32Array;
  readonly ignored: Int32Array;
  readonly positives: Uint32Array;
  /** The current detection: x1, y1, x2, y2, area. */
  readonly box: Float64Array;
  candidates: number;
  /** Thresholds at which it got a ground truth of id 0. */
  lost: number;
  slots: number;
  // The current group: its ground truth, the next rank, and the first maxDetections that admits it.
  image: number;
  category: number;
  truth: number;
  truthEnd: number;
  rank: number;
  levelNow: number;
};

/** evaluateImg's floor: a threshold of 1 admits an IoU of 1 - 1e-10. */
const HIGHEST_FLOOR = 1 - 1e-10;

export function createGroup(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams,
): EvaluationGroup {
  const { images, categories } = groundTruth;
  const areas = params.areas.length;
  const count = detections.image.length;
  const truths = groundTruth.image.length;
  const group = {
    detections,
    maxDetections: params.maxDetections,
    areas: areasOf(params),
    truthImage: new Int32Array(truths),
    truthCategory: new Int32Array(truths),
    truthBoxes: new Float64Array(5 * truths),
    flags: new Uint8Array(truths),
    truthIgnored: new Int32Array(truths),
    taken: new Int32Array(truths * areas),
    floors: params.iouThresholds.map((t) => Math.min(t, HIGHEST_FLOOR)),
    allThresholds: 2 ** params.iouThresholds.length - 1,
    candidate: new Int32Array(truths),
    candidateIou: new Float64Array(truths),
    candidateMask: new Int32Array(truths),
    box: new Float64Array(5),
    candidates: 0,
    lost: 0,
    code: new Int32Array(count),
    level: new Uint8Array(count),
    hit: new Int32Array(count * areas),
    ignored: new Int32Array(count * areas),
    positives: new Uint32Array(categories * areas),
    slots: 0,
    image: -1,
    category: -1,
    truth: 0,
    truthEnd: 0,
    rank: 0,
    levelNow: 0,
  };
  const byCategory = sortByKey(identityOrder(truths), groundTruth.category, categories);
  fillTruth(group, groundTruth, sortByKey(byCategory, groundTruth.image, images));
  return group;
}

function fillTruth(group: EvaluationGroup, groundTruth: CocoGroundTruth, order: Uint32Array): void {
  const { boxes, area, flags, image, category } = groundTruth;
  for (let i = 0; i < order.length; i++) {
    const from = order[i];
    group.truthImage[i] = image[from];
    group.truthCategory[i] = category[from];
    group.flags[i] = flags[from];
    group.truthIgnored[i] = (flags[from] & CROWD) !== 0 ? -1 : outsideBits(area[from], group.areas);
    fillCorners(group.truthBoxes, 5 * i, boxes, 4 * from);
    countPositive(group, category[from], group.truthIgnored[i]);
  }
}

/** x, y, width, height to x1, y1, x2, y2, area. */
export function fillCorners(corners: Float64Array, to: number, boxes: Float64Array, from: number): void {
  corners[to] = boxes[from];
  corners[to + 1] = boxes[from + 1];
  corners[to + 2] = boxes[from + 2] + boxes[from];
  corners[to + 3] = boxes[from + 3] + boxes[from + 1];
  corners[to + 4] = boxes[from + 2] * boxes[from + 3];
}

function countPositive({ positives, areas }: EvaluationGroup, category: number, ignored: number): void {
  const count = areas.low.length;
  for (let a = 0; a < count; a++) positives[category * count + a] += 1 - ((ignored >> a) & 1);
}

/** Bits of the ranges that an area is outside of; both ends of a range are inside. */
export function outsideBits(area: number, { low, high }: Areas): number {
  let bits = 0;
  for (let a = 0; a < low.length; a++) if (area < low[a] || area > high[a]) bits |= 1 << a;
  return bits;
}
