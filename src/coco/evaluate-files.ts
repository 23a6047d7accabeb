import { hasErrors, type Problem } from '../base/problem';
import {
  type CocoEvaluation,
  type CocoInput,
  cocoStats,
  evaluateCoco,
} from '../domain/evaluation/coco/evaluate';
import { COCO_PARAMS, type CocoParams } from '../domain/evaluation/coco/input';
import type { CocoStats } from '../domain/evaluation/types';
import { parseDetectionsFile } from './detections-file';
import { parseGroundTruthFile } from './ground-truth-file';

/** A file's content and the name to report problems under. */
export type CocoFile = { readonly file: string; readonly bytes: Uint8Array };

export type Evaluated<T> = { readonly value: T | undefined; readonly problems: readonly Problem[] };

/**
 * COCO files to pycocotools' arrays and numbers. Without a value if a problem is an error.
 *
 * @internal The conformance tests compare every array.
 */
export function evaluateCocoFiles(
  groundTruth: CocoFile,
  detections: CocoFile,
  params: CocoParams = COCO_PARAMS,
): Evaluated<CocoEvaluation> {
  return withFiles(groundTruth, detections, (input) =>
    evaluateCoco(input.groundTruth, input.detections, params),
  );
}

/** COCO files to the 12 numbers. Without a value if a problem is an error. */
export function cocoStatsOfFiles(groundTruth: CocoFile, detections: CocoFile): Evaluated<CocoStats> {
  return withFiles(groundTruth, detections, (input) => cocoStats(input.groundTruth, input.detections));
}

function withFiles<T>(
  groundTruth: CocoFile,
  detections: CocoFile,
  evaluate: (input: CocoInput) => T,
): Evaluated<T> {
  const truth = parseGroundTruthFile(groundTruth.bytes, groundTruth.file);
  if (truth.value === undefined) return { value: undefined, problems: truth.problems };
  const found = parseDetectionsFile(detections.bytes, detections.file, truth.value);
  const problems = [...truth.problems, ...found.problems];
  if (found.value === undefined || hasErrors(problems)) return { value: undefined, problems };
  return { value: evaluate({ groundTruth: truth.value.groundTruth, detections: found.value }), problems };
}
