// COCOeval.evaluateImg for every image and category at once. A set of thresholds is a bit mask: bit t for threshold t.
import { sortByKey } from '../order';
import { rankDetections } from '../ranking';
import { createGroup, type EvaluationGroup } from './group';
import type { CocoDetections, CocoGroundTruth, CocoParams } from './input';
import { judgeDetection } from './judge';

/**
 * What each detection is. `code` of an unmatched one: bits 0-15 the area ranges its box is outside of, from bit 16 the
 * first maxDetections entry that admits its rank. A matched one has ~slot: its masks per area are at slot x areas, its
 * level at `level[slot]`.
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
  judgeAll(group, byImage);
  const { code, level, hit, ignored, positives } = group;
  return { code, level, hit, ignored, ranking, rankingStart, positives };
}

/** Both sides run by image, then category; detections then by descending score. */
function judgeAll(group: EvaluationGroup, byImage: Uint32Array): void {
  const { image, category } = group.detections;
  for (let i = 0; i < byImage.length; i++) {
    const detection = byImage[i];
    if (image[detection] !== group.image || category[detection] !== group.category) {
      enterGroup(group, image[detection], category[detection]);
    }
    judgeDetection(group, detection);
  }
}

function enterGroup(group: EvaluationGroup, image: number, category: number): void {
  const { truthImage, truthCategory } = group;
  const count = truthImage.length;
  let g = group.truthEnd;
  while (g < count && (truthImage[g] < image || (truthImage[g] === image && truthCategory[g] < category)))
    g++;
  group.truth = g;
  while (g < count && truthImage[g] === image && truthCategory[g] === category) g++;
  group.truthEnd = g;
  group.image = image;
  group.category = category;
  group.rank = 0;
  group.levelNow = 0;
}
