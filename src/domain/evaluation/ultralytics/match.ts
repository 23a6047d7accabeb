// Ultralytics' BaseValidator.match_predictions: single precision, no crowd, no area ranges.
import { gatherInts, identityOrder, runStarts, sortByKey } from '../order';
import { type Rankable, type Ranking, rankDetections } from '../ranking';
import type { Scored } from '../scored';
import type { Detections, GroundTruth } from '../types';
import { boxIou } from './iou';

/**
 * Which detection gets a label that several overlap. `greedy` (8.4.190): in order of score, each detection takes the
 * label free at that threshold that it overlaps most, of equal ones the first. `best-label` (8.4.45 and before, and
 * YOLOv5): each detection competes for the one label it overlaps most, of equal ones the last, and has no second
 * choice.
 */
export type MatchingRule = 'greedy' | 'best-label';

/**
 * The matching of `map` if no trainer says another: that of `yolo val` of the newest version tried (8.4.190), which on
 * 100 VOC photographs differs from the older one by .00007 in mAP50-95 and .0004 in mAP50.
 */
export const REPORTED_MATCHING: MatchingRule = 'greedy';

/** Of reports and records that do not name theirs: they are of versions that knew no other. */
export const UNNAMED_MATCHING: MatchingRule = 'best-label';

const THRESHOLDS = 10;

/** torch.linspace(.5, .95, 10) in single precision. */
export const IOU_THRESHOLDS = Float32Array.from({ length: THRESHOLDS }, (_, t) => 0.5 + 0.05 * t);

/** Which detections are true positives, per IoU threshold. */
export function matchUltralytics(
  groundTruth: GroundTruth,
  detections: Detections,
  rule: MatchingRule = REPORTED_MATCHING,
): Scored {
  const { images, classes } = groundTruth;
  const ranking = rankDetections(detections, images, classes);
  const order = sortByKey(ranking.order, detections.image, images);
  return scoredOf(groundTruth, {
    ...detections,
    ranking,
    hit: judge(groundTruth, detections, { rule, order }),
  });
}

type Matched = Rankable & { readonly image: Uint32Array; readonly hit: Int32Array };

/** Detections that another program matched: bit t of `hit` is a true positive at threshold t. */
export function scoreMatched(groundTruth: Omit<GroundTruth, 'boxes'>, matched: Matched): Scored {
  const ranking = rankDetections(matched, groundTruth.images, groundTruth.classes);
  return scoredOf(groundTruth, { ...matched, ranking });
}

function scoredOf(
  { images, classes, class: cls, image }: Omit<GroundTruth, 'boxes'>,
  { ranking: { order, start }, hit, ...detections }: Matched & { readonly ranking: Ranking },
): Scored {
  const truthOrder = sortByKey(identityOrder(cls.length), cls, classes);
  return {
    images,
    classes,
    thresholds: THRESHOLDS,
    start,
    image: order.map((i) => detections.image[i]),
    scores: Float64Array.from(order, (i) => detections.scores[i]),
    hit: gatherInts(hit, order),
    ignored: new Int32Array(order.length),
    truthStart: runStarts(cls, truthOrder.length, classes),
    truthImage: truthOrder.map((i) => image[i]),
  };
}

/** `order` runs by image, then class, then descending score. */
type MatchOrder = { readonly rule: MatchingRule; readonly order: Uint32Array };

function judge(groundTruth: GroundTruth, detections: Detections, { rule, order }: MatchOrder): Int32Array {
  const byClass = sortByKey(identityOrder(groundTruth.class.length), groundTruth.class, groundTruth.classes);
  const labels = sortByKey(byClass, groundTruth.image, groundTruth.images);
  const starts = runStarts(groundTruth.image, labels.length, groundTruth.images);
  const claim = rule === 'greedy' ? claimFree : claimBest;
  const taken = new Int32Array(labels.length);
  const hit = new Int32Array(order.length);
  for (const detection of order) {
    const image = detections.image[detection];
    const own = labels.subarray(starts[image], starts[image + 1]);
    hit[detection] = claim(overlapsOf(groundTruth, own, detections, detection), taken);
  }
  return hit;
}

type Overlap = { readonly label: number; readonly iou: number };
const NONE: readonly Overlap[] = [];

/** The labels that a detection overlaps enough for the lowest threshold. */
function overlapsOf(
  groundTruth: GroundTruth,
  labels: Uint32Array,
  detections: Detections,
  detection: number,
): readonly Overlap[] {
  let found: Overlap[] | undefined;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (groundTruth.class[label] !== detections.class[detection]) continue;
    const iou = boxIou(groundTruth.boxes, label, detections.boxes, detection);
    if (iou >= IOU_THRESHOLDS[0]) {
      found ??= [];
      found.push({ label, iou });
    }
  }
  return found ?? NONE;
}

function claimFree(overlaps: readonly Overlap[], taken: Int32Array): number {
  const ranked = overlaps.length < 2 ? overlaps : [...overlaps].sort((a, b) => b.iou - a.iou);
  let claimed = 0;
  for (const { label, iou } of ranked) {
    const now = passedThresholds(iou) & ~taken[label] & ~claimed;
    taken[label] |= now;
    claimed |= now;
  }
  return claimed;
}

function claimBest(overlaps: readonly Overlap[], taken: Int32Array): number {
  if (overlaps.length === 0) return 0;
  const { label, iou } = overlaps.reduce((best, one) => (one.iou >= best.iou ? one : best));
  const claimed = passedThresholds(iou) & ~taken[label];
  taken[label] |= claimed;
  return claimed;
}

function passedThresholds(iou: number): number {
  let mask = 0;
  for (let t = 0; t < THRESHOLDS; t++) if (iou >= IOU_THRESHOLDS[t]) mask |= 1 << t;
  return mask;
}
