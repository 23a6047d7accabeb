import type { CocoStats } from '../types';
import { accumulate, type Planes, type Wanted } from './accumulate';
import { type CocoArrays, toArrays } from './arrays';
import type { CocoDetections, CocoGroundTruth } from './input';
import { matchDetections } from './match';
import { mergeCategories } from './merge';
import { COCO_PARAMS, type CocoParams } from './params';
import { plansOfStats, summarize } from './summarize';

/** Everything COCOeval leaves behind; `planes` is what averagePrecision and averageRecall take. */
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

/** Only the 12 numbers; the same as evaluateCoco's and faster. */
export function cocoStats(
  groundTruth: CocoGroundTruth,
  detections: CocoDetections,
  params: CocoParams = COCO_PARAMS,
): CocoStats {
  return summarize(evaluatePlanes({ groundTruth, detections }, params, plansOfStats(params)), params);
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
