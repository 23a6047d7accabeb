import { gatherBytes, gatherInts, identityOrder, sortByKey } from '../order';
import { type CocoDetections, type CocoGroundTruth, CROWD } from './input';
import type { CocoParams } from './params';

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
export type Group = {
  readonly detections: CocoDetections;
  readonly maxDetections: readonly number[];
  readonly areas: Areas;
  readonly image: Int32Array;
  readonly category: Int32Array;
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
  /** The detection at hand: x1, y1, x2, y2, area. */
  readonly box: Float64Array;
  candidates: number;
  /** Thresholds at which it got a ground truth of id 0. */
  lost: number;
  slots: number;
  // The group at hand.
  detection: number;
  detectionEnd: number;
  truth: number;
  truthEnd: number;
};

/** evaluateImg's floor: a threshold of 1 admits an IoU of 1 - 1e-10. */
const HIGHEST_FLOOR = 1 - 1e-10;

export function createGroup(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams,
): Group {
  const { images, categories } = groundTruth;
  const byCategory = sortByKey(identityOrder(groundTruth.image.length), groundTruth.category, categories);
  const order = sortByKey(byCategory, groundTruth.image, images);
  const ranges = areasOf(params);
  const areas = params.areas.length;
  const count = detections.image.length;
  const truthIgnored = ignoredBits(groundTruth, order, ranges);
  const category = gatherInts(groundTruth.category, order);
  return {
    detections,
    maxDetections: params.maxDetections,
    areas: ranges,
    image: gatherInts(groundTruth.image, order),
    category,
    truthBoxes: cornerBoxes(groundTruth.boxes, order),
    flags: gatherBytes(groundTruth.flags, order),
    truthIgnored,
    taken: new Int32Array(order.length * areas),
    floors: params.iouThresholds.map((t) => Math.min(t, HIGHEST_FLOOR)),
    allThresholds: 2 ** params.iouThresholds.length - 1,
    candidate: new Int32Array(order.length),
    candidateIou: new Float64Array(order.length),
    candidateMask: new Int32Array(order.length),
    code: new Int32Array(count),
    level: new Uint8Array(count),
    hit: new Int32Array(count * areas),
    ignored: new Int32Array(count * areas),
    positives: countPositives(truthIgnored, category, areas, categories),
    box: new Float64Array(5),
    candidates: 0,
    lost: 0,
    slots: 0,
    detection: 0,
    detectionEnd: 0,
    truth: 0,
    truthEnd: 0,
  };
}

function ignoredBits({ flags, area }: CocoGroundTruth, order: Uint32Array, areas: Areas): Int32Array {
  const bits = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    bits[i] = (flags[order[i]] & CROWD) !== 0 ? -1 : outsideBits(area[order[i]], areas);
  }
  return bits;
}

/** Bits of the ranges that an area is outside of; both ends of a range are inside. */
export function outsideBits(area: number, { low, high }: Areas): number {
  let bits = 0;
  for (let a = 0; a < low.length; a++) if (area < low[a] || area > high[a]) bits |= 1 << a;
  return bits;
}

function cornerBoxes(boxes: Float64Array, order: Uint32Array): Float64Array {
  const corners = new Float64Array(5 * order.length);
  for (let i = 0; i < order.length; i++) {
    const at = 4 * order[i];
    corners[5 * i] = boxes[at];
    corners[5 * i + 1] = boxes[at + 1];
    corners[5 * i + 2] = boxes[at + 2] + boxes[at];
    corners[5 * i + 3] = boxes[at + 3] + boxes[at + 1];
    corners[5 * i + 4] = boxes[at + 2] * boxes[at + 3];
  }
  return corners;
}

function countPositives(
  ignored: Int32Array,
  category: Int32Array,
  areas: number,
  categories: number,
): Uint32Array {
  const positives = new Uint32Array(categories * areas);
  for (let g = 0; g < ignored.length; g++) {
    for (let a = 0; a < areas; a++) positives[category[g] * areas + a] += 1 - ((ignored[g] >> a) & 1);
  }
  return positives;
}
