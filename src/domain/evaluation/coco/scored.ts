import { identityOrder, sortByKey } from '../order';
import type { Scored } from '../scored';
import { areasOf, outsideBits } from './group';
import { COCO_PARAMS, type CocoDetections, type CocoGroundTruth, type CocoParams, CROWD } from './input';
import { matchDetections, type Outcomes } from './match';

/** COCO's judgement at area range `all` and 100 detections, for the bootstrap. */
export function scoreCoco(groundTruth: CocoGroundTruth, detections: CocoDetections): Scored {
  const params = { ...COCO_PARAMS, areas: COCO_PARAMS.areas.slice(0, 1), maxDetections: [100] };
  const outcomes = matchDetections(groundTruth, detections, params);
  const { ranking } = outcomes;
  const places = identityOrder(ranking.length).filter((place) => isRanked(outcomes.code[ranking[place]]));
  const ranked = places.map((place) => ranking[place]);
  const truth = countedTruth(groundTruth, params);
  return {
    images: groundTruth.images,
    classes: groundTruth.categories,
    thresholds: params.iouThresholds.length,
    start: starts(ranked, detections.category, groundTruth.categories),
    image: ranked.map((i) => detections.image[i]),
    scores: Float64Array.from(ranked, (i) => detections.scores[i]),
    hit: Int32Array.from(ranked, (i) => maskOf(outcomes, outcomes.hit, i)),
    ignored: Int32Array.from(ranked, (i) => maskOf(outcomes, outcomes.ignored, i)),
    truthStart: starts(truth, groundTruth.category, groundTruth.categories),
    truthImage: truth.map((i) => groundTruth.image[i]),
  };
}

/** Excluded: an unmatched one outside of the area range, and one beyond the 100th of its image and category. */
function isRanked(code: number): boolean {
  return code <= 0;
}

function maskOf(outcomes: Outcomes, masks: Int32Array, detection: number): number {
  const code = outcomes.code[detection];
  return code < 0 ? masks[~code] : 0;
}

/** Ground truth that is not ignored, by category. */
function countedTruth(
  { flags, area, category, categories }: CocoGroundTruth,
  params: CocoParams,
): Uint32Array {
  const ranges = areasOf(params);
  const counted = identityOrder(flags.length).filter(
    (i) => (flags[i] & CROWD) === 0 && outsideBits(area[i], ranges) === 0,
  );
  return sortByKey(counted, category, categories);
}

function starts(order: Uint32Array, key: Int32Array, buckets: number): Uint32Array {
  const found = new Uint32Array(buckets + 1);
  for (const i of order) found[key[i] + 1]++;
  for (let b = 0; b < buckets; b++) found[b + 1] += found[b];
  return found;
}
