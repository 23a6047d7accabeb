// COCOeval.evaluateImg for every image and category at once. A set of thresholds is a bit mask: bit t for threshold t.
import { sortByKey } from '../order';
import { rankDetections } from '../ranking';
import { createGroup, type Group } from './group';
import type { CocoDetections, CocoGroundTruth } from './input';
import { judgeGroup } from './judge';
import type { CocoParams } from './params';

/**
 * What became of each detection. `code` of an unmatched one: bits 0-15 the area ranges its box is outside of, from
 * bit 16 the first maxDetections entry that admits its rank. A matched one has ~slot: its masks per area are at
 * slot x areas, its level at `level[slot]`.
 */
export type Outcomes = {
  readonly code: Int32Array;
  readonly level: Uint8Array;
  /** Thresholds at which it is a true positive. */
  readonly hit: Int32Array;
  /** Thresholds at which it counts neither way. */
  readonly ignored: Int32Array;
  /** Detections by category, then descending score; ties by image, then file order. */
  readonly ranking: Uint32Array;
  readonly rankingStart: Uint32Array;
  /** Ground truth that counts, per category x areas. */
  readonly positives: Uint32Array;
};

export function matchDetections(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams,
): Outcomes {
  const { images, categories } = groundTruth;
  const ranked = { image: detections.image, class: detections.category, scores: detections.scores };
  const { order: ranking, start: rankingStart } = rankDetections(ranked, images, categories);
  const byImage = sortByKey(ranking, detections.image, images);
  const group = createGroup(groundTruth, detections, params);
  visitGroups(group, byImage);
  const { code, level, hit, ignored, positives } = group;
  return { code, level, hit, ignored, ranking, rankingStart, positives };
}

/** Walks the runs of one image and category, both sides sorted by image, then category. */
function visitGroups(group: Group, byImage: Uint32Array): void {
  const { image, category } = group.detections;
  let truth = 0;
  for (let start = 0; start < byImage.length; ) {
    const im = image[byImage[start]];
    const cat = category[byImage[start]];
    let end = start + 1;
    while (end < byImage.length && category[byImage[end]] === cat && image[byImage[end]] === im) end++;
    truth = seekTruth(group, truth, im, cat);
    group.detection = start;
    group.detectionEnd = end;
    group.truth = truth;
    group.truthEnd = endOfTruth(group, truth, im, cat);
    judgeGroup(group, byImage);
    start = end;
  }
}

function seekTruth({ image, category }: Group, from: number, im: number, cat: number): number {
  let g = from;
  while (g < image.length && (image[g] < im || (image[g] === im && category[g] < cat))) g++;
  return g;
}

function endOfTruth({ image, category }: Group, from: number, im: number, cat: number): number {
  let g = from;
  while (g < image.length && image[g] === im && category[g] === cat) g++;
  return g;
}
