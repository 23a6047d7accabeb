import { hasErrors, type Problem } from '../../../base/problem';
import type { CocoStats } from '../types';
import { accumulate, type Planes, type Wanted } from './accumulate';
import { type CocoArrays, toArrays } from './arrays';
import { parseDetectionsFile } from './detections-file';
import { parseGroundTruthFile } from './ground-truth-file';
import type { CocoDetections, CocoGroundTruth } from './input';
import { matchDetections } from './match';
import { mergeCategories } from './merge';
import { COCO_PARAMS, type CocoParams } from './params';
import { plansOfStats, summarize } from './summarize';

/** Everything COCOeval leaves behind; `planes` is what averagePrecision and averageRecall take. */
export type CocoEvaluation = CocoArrays & { readonly stats: CocoStats; readonly planes: Planes };

/** A file's content and the name to report problems under. */
export type CocoFile = { readonly file: string; readonly bytes: Uint8Array };

export type Evaluated<T> = { readonly value: T | undefined; readonly problems: readonly Problem[] };

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

type Input = { readonly groundTruth: CocoGroundTruth; readonly detections: CocoDetections };

function evaluatePlanes(input: Input, params: CocoParams, wanted: readonly Wanted[]): Planes {
  const { groundTruth, detections } = params.useCategories ? input : mergeCategories(input);
  const outcomes = matchDetections(groundTruth, detections, params);
  return accumulate(outcomes, detections.scores, params, wanted);
}

function everyPlane({ areas, maxDetections }: CocoParams): Wanted[] {
  return new Array<Wanted>(areas.length * maxDetections.length).fill('everything');
}

/** COCO files to pycocotools' arrays and numbers. Without a value where a problem is an error. */
export function evaluateCocoFiles(
  groundTruth: CocoFile,
  detections: CocoFile,
  params: CocoParams = COCO_PARAMS,
): Evaluated<CocoEvaluation> {
  return withFiles(groundTruth, detections, (input) =>
    evaluateCoco(input.groundTruth, input.detections, params),
  );
}

/** COCO files to the 12 numbers. Without a value where a problem is an error. */
export function cocoStatsOfFiles(groundTruth: CocoFile, detections: CocoFile): Evaluated<CocoStats> {
  return withFiles(groundTruth, detections, (input) => cocoStats(input.groundTruth, input.detections));
}

function withFiles<T>(
  groundTruth: CocoFile,
  detections: CocoFile,
  evaluate: (input: Input) => T,
): Evaluated<T> {
  const truth = parseGroundTruthFile(groundTruth.bytes, groundTruth.file);
  if (truth.value === undefined) return { value: undefined, problems: truth.problems };
  const found = parseDetectionsFile(detections.bytes, detections.file, truth.value);
  const problems = [...truth.problems, ...found.problems];
  if (found.value === undefined || hasErrors(problems)) return { value: undefined, problems };
  return { value: evaluate({ groundTruth: truth.value.groundTruth, detections: found.value }), problems };
}
