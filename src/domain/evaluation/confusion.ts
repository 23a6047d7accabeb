import { identityOrder, runStarts, sortByKey } from './order';
import type { Detections, GroundTruth } from './types';
import { boxIou } from './ultralytics/iou';

/** Counts [(classes + 1) x (classes + 1)], row = predicted, column = true; the last row and column are background. */
export type ConfusionMatrix = { readonly classes: number; readonly counts: Uint32Array };

export type ConfusionOptions = { readonly confidence?: number; readonly iou?: number };

type MatchedPair = { readonly label: number; readonly detection: number; readonly iou: number };

/**
 * Ultralytics' ConfusionMatrix.process_batch: detections above a confidence of .25 and overlaps above .45, whatever
 * the classes; each detection keeps the label it overlaps most, then each label the detection that overlaps it most.
 */
export function confusionMatrix(
  groundTruth: GroundTruth,
  detections: Detections,
  { confidence = 0.25, iou = 0.45 }: ConfusionOptions = {},
): ConfusionMatrix {
  const { images, classes } = groundTruth;
  const matrix = { classes, counts: new Uint32Array((classes + 1) ** 2) };
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
    countImage(matrix, pairsOf(groundTruth, detections, here, iou), here, { groundTruth, detections });
  }
  return matrix;
}

type Here = { readonly labels: Uint32Array; readonly found: Uint32Array };
type Sets = { readonly groundTruth: GroundTruth; readonly detections: Detections };

function countImage(
  { classes, counts }: ConfusionMatrix,
  pairs: readonly MatchedPair[],
  here: Here,
  sets: Sets,
): void {
  const { groundTruth, detections } = sets;
  const ofLabel = new Map(pairs.map((pair) => [pair.label, pair.detection]));
  const matched = new Set(ofLabel.values());
  for (const label of here.labels) {
    const detection = ofLabel.get(label);
    const row = detection === undefined ? classes : detections.class[detection];
    counts[row * (classes + 1) + groundTruth.class[label]]++;
  }
  for (const detection of here.found) {
    if (!matched.has(detection)) counts[detections.class[detection] * (classes + 1) + classes]++;
  }
}

/** At most one pair for each detection and each label. */
function pairsOf(groundTruth: GroundTruth, detections: Detections, here: Here, least: number): MatchedPair[] {
  const all: MatchedPair[] = [];
  for (const label of here.labels) {
    for (const detection of here.found) {
      const iou = boxIou(groundTruth.boxes, label, detections.boxes, detection);
      if (iou > least) all.push({ label, detection, iou });
    }
  }
  // Of equal overlaps numpy's reversed argsort takes the later one first.
  const ranked = all.reverse().sort((a, b) => b.iou - a.iou);
  const ofDetection = firstOfEach(ranked, ({ detection }) => detection);
  return firstOfEach(ofDetection, ({ label }) => label);
}

function firstOfEach(pairs: readonly MatchedPair[], key: (pair: MatchedPair) => number): MatchedPair[] {
  const seen = new Set<number>();
  return pairs.filter((pair) => !seen.has(key(pair)) && seen.add(key(pair)));
}
