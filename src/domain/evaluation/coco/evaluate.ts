import { gatherBytes, gatherDoubles, gatherInts, identityOrder, sortByKey } from '../order';
import type { CocoStats } from '../types';
import { type ArrayShape, accumulate, type Planes, type Wanted } from './accumulate';
import type { CocoDetections, CocoGroundTruth } from './input';
import { COCO_PARAMS, type CocoParams } from './input';
import { matchDetections } from './match';
import { plansOfStats, summarize } from './summarize';

type Input = { readonly groundTruth: CocoGroundTruth; readonly detections: CocoDetections };

type CocoBoxes = { readonly image: Int32Array; readonly category: Int32Array; readonly boxes: Float64Array };

/** COCOeval.eval as pycocotools lays it out: float64, C order. */
type CocoArrays = {
  /** [T, R, K, A, M] */
  readonly precision: Float64Array;
  readonly scores: Float64Array;
  /** [T, K, A, M] */
  readonly recall: Float64Array;
  readonly shape: ArrayShape;
};

/** Everything that COCOeval computes; averagePrecision and averageRecall take `planes`. */
export type CocoEvaluation = CocoArrays & { readonly stats: CocoStats; readonly planes: Planes };

/** COCOeval's evaluate, accumulate and summarize for boxes, equal to pycocotools' bit for bit. */
export function evaluateCoco(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams = COCO_PARAMS,
): CocoEvaluation {
  const planes = evaluatePlanes({ groundTruth, detections }, params, everyPlane(params));
  return { ...toArrays(planes), planes, stats: summarize(planes, params) };
}

/** Only the 12 numbers; equal to evaluateCoco's, and faster. */
export function cocoStats(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams = COCO_PARAMS,
): CocoStats {
  return summarize(evaluatePlanes({ groundTruth, detections }, params, plansOfStats(params)), params);
}

/** COCOeval.eval of the planes that `wanted` names, an area range and maxDetections each. */
export function cocoPlanes(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams,
  wanted: readonly Wanted[],
): Planes {
  return evaluatePlanes({ groundTruth, detections }, params, wanted);
}

export type CocoInput = { readonly groundTruth: CocoGroundTruth; readonly detections: CocoDetections };

function evaluatePlanes(input: CocoInput, params: CocoParams, wanted: readonly Wanted[]): Planes {
  const { groundTruth, detections } = params.useCategories ? input : mergeCategories(input);
  const outcomes = matchDetections(groundTruth, detections, params);
  return accumulate(outcomes, detections.scores, params, wanted);
}

function everyPlane({ areas, maxDetections }: CocoParams): Wanted[] {
  return new Array<Wanted>(areas.length * maxDetections.length).fill('everything');
}

function toArrays({ precision, scores, recall, shape }: Planes): CocoArrays {
  return { precision: interleave(precision), scores: interleave(scores), recall: interleave(recall), shape };
}

/** Planes become the last axes. */
function interleave(planes: readonly (Float64Array | undefined)[]): Float64Array {
  const length = planes[0]?.length ?? 0;
  const values = new Float64Array(length * planes.length);
  planes.forEach((plane, p) => {
    for (let i = 0; i < length; i++) values[i * planes.length + p] = plane?.[i] ?? -1;
  });
  return values;
}

/** useCats=0: COCOeval lists boxes category by category before it merges them, which decides among equal scores. */
function mergeCategories({ groundTruth, detections }: Input): Input {
  const { categories } = groundTruth;
  const truth = sortByKey(identityOrder(groundTruth.image.length), groundTruth.category, categories);
  const found = sortByKey(identityOrder(detections.image.length), detections.category, categories);
  return {
    groundTruth: {
      images: groundTruth.images,
      categories: 1,
      ...mergedBoxes(groundTruth, truth),
      area: gatherDoubles(groundTruth.area, truth),
      flags: gatherBytes(groundTruth.flags, truth),
    },
    detections: { ...mergedBoxes(detections, found), scores: gatherDoubles(detections.scores, found) },
  };
}

function mergedBoxes({ image, boxes }: CocoBoxes, order: Uint32Array): CocoBoxes {
  const merged = new Float64Array(4 * order.length);
  for (let i = 0; i < merged.length; i++) merged[i] = boxes[4 * order[i >> 2] + (i & 3)];
  return { image: gatherInts(image, order), category: new Int32Array(order.length), boxes: merged };
}
