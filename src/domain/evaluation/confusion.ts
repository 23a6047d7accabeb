import { identityOrder, runStarts, sortByKey } from './order';
import type { Detections, GroundTruth } from './types';
import { boxIou } from './ultralytics/iou';
import { type MatchingRule, REPORTED_MATCHING } from './ultralytics/match';

/** `predicted` and `truth` are classes, or `classes` of the matrix for background. */
export type ConfusedPair = { readonly predicted: number; readonly truth: number };
/** How often a class was taken for a class; those that never were are not listed. */
export type ConfusionCell = ConfusedPair & { readonly count: number };

/**
 * Counts by predicted and true class, the predicted first; a label that nothing found is predicted background, a false
 * alarm is truly background. As a list, since 10,000 classes have 100 million cells and almost none is counted.
 */
export type ConfusionMatrix = Required<ConfusionOptions> & {
  readonly classes: number;
  readonly cells: readonly ConfusionCell[];
};

export type ConfusionOptions = {
  readonly confidence?: number;
  readonly iou?: number;
  /** `best-label` is that of Ultralytics 8.4.45, `greedy` that of 8.4.190, as for its metrics. */
  readonly matching?: MatchingRule;
};

const CONFIDENCE = 0.25;
const IOU = 0.45;
/** What Ultralytics' val keeps if it is not asked for another. */
const DEFAULT_KEPT = 0.001;

/**
 * The confidence of the matrix for detections that were kept from `kept` on: what a person asked for, else .25, as in
 * Ultralytics 8.4.45. Its val of 8.4.190 counts from .001 on, which makes a false alarm of every noise that NMS left.
 */
export const confusionConfidence = (kept: number): number =>
  Math.fround(kept) === Math.fround(DEFAULT_KEPT) ? CONFIDENCE : kept;

/**
 * Ultralytics' ConfusionMatrix.process_batch: detections above a confidence and overlaps above an IoU, whatever the
 * classes. `greedy`: from the surest on each detection takes the label free that it overlaps most, of equal ones the
 * first. `best-label`: each detection keeps the label it overlaps most, then each label the detection that overlaps it
 * most, of equal ones the last.
 */
export function confusionMatrix(
  groundTruth: GroundTruth,
  detections: Detections,
  options: ConfusionOptions = {},
): ConfusionMatrix {
  const { classes } = groundTruth;
  const { confidence = CONFIDENCE, iou = IOU, matching = REPORTED_MATCHING } = options;
  const counts = new Map<number, number>();
  visitConfusions({ groundTruth, detections, confidence, iou, matching }, ({ predicted, truth }) => {
    const key = predicted * (classes + 1) + truth;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const cells = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([key, count]) => {
      const predicted = Math.floor(key / (classes + 1));
      return { predicted, truth: key - predicted * (classes + 1), count };
    });
  return { classes, confidence, iou, matching, cells };
}

/** What a matrix counts, and how. */
export type ConfusionInput = ConfusionOptions & {
  readonly groundTruth: GroundTruth;
  readonly detections: Detections;
};

/** Each label with what it was taken for, and each false alarm, image by image. */
export function visitConfusions(
  {
    groundTruth,
    detections,
    confidence = CONFIDENCE,
    iou = IOU,
    matching = REPORTED_MATCHING,
  }: ConfusionInput,
  visit: (pair: ConfusedPair, image: number) => void,
): void {
  const { images } = groundTruth;
  const sure = identityOrder(detections.image.length).filter((i) => detections.scores[i] > confidence);
  const found = sortByKey(sure, detections.image, images);
  const labels = sortByKey(identityOrder(groundTruth.image.length), groundTruth.image, images);
  const labelStart = runStarts(groundTruth.image, labels.length, images);
  for (let at = 0, image = 0; image < images; image++) {
    const from = at;
    while (at < found.length && detections.image[found[at]] === image) at++;
    const here = {
      labels: labels.subarray(labelStart[image], labelStart[image + 1]),
      found: found.subarray(from, at),
    };
    visitImage({ groundTruth, detections, iou, matching }, here, (pair) => visit(pair, image));
  }
}

type Here = { readonly labels: Uint32Array; readonly found: Uint32Array };
type Sets = Required<Pick<ConfusionInput, 'groundTruth' | 'detections' | 'iou' | 'matching'>>;

function visitImage(sets: Sets, here: Here, visit: (pair: ConfusedPair) => void): void {
  const { groundTruth, detections } = sets;
  const background = groundTruth.classes;
  const matches = sets.matching === 'greedy' ? greedyMatches(sets, here) : closestMatches(sets, here);
  const matched = new Set(matches.values());
  for (const label of here.labels) {
    const match = matches.get(label);
    const predicted = match === undefined ? background : detections.class[match];
    visit({ predicted, truth: groundTruth.class[label] });
  }
  for (const detection of here.found) {
    if (!matched.has(detection)) visit({ predicted: detections.class[detection], truth: background });
  }
}

/** The detection of each label that has one. */
type Matches = ReadonlyMap<number, number>;

function greedyMatches(sets: Sets, { labels, found }: Here): Matches {
  const { scores } = sets.detections;
  const matches = new Map<number, number>();
  for (const detection of found.toSorted((a, b) => scores[b] - scores[a])) {
    const free = labels.filter((label) => !matches.has(label));
    // Reversed: of equal overlaps the first label.
    const best = closestLabel(sets, free.reverse(), detection);
    if (best) matches.set(best.label, detection);
  }
  return matches;
}

/** At most one for each detection and each label; of equal overlaps numpy's reversed argsort takes the later one. */
function closestMatches(sets: Sets, { labels, found }: Here): Matches {
  const overlaps = new Map<number, number>();
  const matches = new Map<number, number>();
  for (const detection of found) {
    const best = closestLabel(sets, labels, detection);
    if (!best || best.iou < (overlaps.get(best.label) ?? 0)) continue;
    overlaps.set(best.label, best.iou);
    matches.set(best.label, detection);
  }
  return matches;
}

type Closest = { readonly label: number; readonly iou: number };

/** Of equal overlaps the last label. */
function closestLabel(
  { groundTruth, detections, iou: least }: Sets,
  labels: Uint32Array,
  detection: number,
): Closest | undefined {
  let best: Closest | undefined;
  for (const label of labels) {
    const iou = boxIou(groundTruth.boxes, label, detections.boxes, detection);
    if (iou > least && iou >= (best?.iou ?? 0)) best = { label, iou };
  }
  return best;
}
