import { identityOrder, runStarts, sortByKey } from './order';
import { sortByScore } from './ranking';
import type { Detections, GroundTruth } from './types';
import { boxIou } from './ultralytics/iou';

/** How one image was detected. */
export type ImageQuality = {
  readonly image: number;
  readonly found: number;
  readonly falsePositives: number;
  readonly missed: number;
  /** 1 where there is nothing and nothing was found. */
  readonly f1: number;
};

export type QualityOptions = { readonly confidence?: number; readonly iou?: number };

/** Every image, the worst first: by errors (false positives and missed), then by F1, then by image. */
export function worstImages(
  groundTruth: GroundTruth,
  detections: Detections,
  options: QualityOptions = {},
): ImageQuality[] {
  const errors = ({ falsePositives, missed }: ImageQuality): number => falsePositives + missed;
  return imageQualities(groundTruth, detections, options).sort(
    (a, b) => errors(b) - errors(a) || a.f1 - b.f1 || a.image - b.image,
  );
}

/**
 * Each image at one confidence and IoU: detections in order of score take the free label of their class that they
 * overlap most.
 */
export function imageQualities(
  groundTruth: GroundTruth,
  detections: Detections,
  { confidence = 0.25, iou = 0.5 }: QualityOptions = {},
): ImageQuality[] {
  const { images } = groundTruth;
  const labels = sortByKey(identityOrder(groundTruth.image.length), groundTruth.image, images);
  const starts = runStarts(groundTruth.image, labels.length, images);
  const sure = identityOrder(detections.image.length).filter((i) => detections.scores[i] >= confidence);
  const taken = new Uint8Array(groundTruth.image.length);
  const found = new Uint32Array(images);
  const wrong = new Uint32Array(images);
  for (const i of sortByScore(sure, detections.scores)) {
    const image = detections.image[i];
    const free = labels.subarray(starts[image], starts[image + 1]).filter((label) => taken[label] === 0);
    const label = bestOf(free, { groundTruth, detections, detection: i, least: iou });
    if (label >= 0) taken[label] = 1;
    (label >= 0 ? found : wrong)[image]++;
  }
  return Array.from({ length: images }, (_, image) =>
    quality(image, found[image], wrong[image], starts[image + 1] - starts[image]),
  );
}

type Search = {
  readonly groundTruth: GroundTruth;
  readonly detections: Detections;
  readonly detection: number;
  readonly least: number;
};

function bestOf(free: Uint32Array, { groundTruth, detections, detection, least }: Search): number {
  let best = -1;
  let bestIou = least;
  for (const label of free) {
    if (groundTruth.class[label] !== detections.class[detection]) continue;
    const iou = boxIou(groundTruth.boxes, label, detections.boxes, detection);
    if (iou < bestIou || (best >= 0 && iou === bestIou)) continue;
    best = label;
    bestIou = iou;
  }
  return best;
}

function quality(image: number, found: number, falsePositives: number, labels: number): ImageQuality {
  const missed = labels - found;
  const judged = 2 * found + falsePositives + missed;
  return { image, found, falsePositives, missed, f1: judged === 0 ? 1 : (2 * found) / judged };
}
