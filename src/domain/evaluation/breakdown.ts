import { type Sizes, sizesOf } from './coco/sizes';
import { type ConfusionMatrix, confusionConfidence, confusionMatrix } from './confusion';
import type { Detections, GroundTruth } from './types';
import { type Curves, curvesOf } from './ultralytics/curves';
import { type MatchingRule, matchUltralytics } from './ultralytics/match';

/** What one validation says class by class and size by size, beyond the numbers of its report. */
export type Breakdown = {
  /** Of all classes of the val set. */
  readonly names: readonly string[];
  /** Labels of the val set; without any there are neither curves nor sizes. */
  readonly labels: number;
  readonly confusion: ConfusionMatrix;
  readonly curves: Curves;
  readonly sizes: Sizes;
};

/** How the detections were made. */
export type BreakdownRule = {
  readonly names: readonly string[];
  /** Width and height of each image; without them detections are taken as they are. */
  readonly sizes?: readonly number[];
  /** The confidence from which detections were kept. */
  readonly conf: number;
  readonly matching: MatchingRule;
};

/** All of it from detections that were kept; boxes in pixels of the original images. */
export function breakDown(
  truth: GroundTruth,
  detections: Detections,
  { names, sizes, conf, matching }: BreakdownRule,
): Breakdown {
  return {
    names: Array.from({ length: truth.classes }, (_, c) => names[c] ?? String(c)),
    labels: truth.class.length,
    confusion: confusionMatrix(truth, detections, { confidence: confusionConfidence(conf), matching }),
    curves: curvesOf(matchUltralytics(truth, detections, matching)),
    sizes: sizesOf(truth, detections, sizes),
  };
}

/** AP50 of a report, of all classes and of each. */
export type ReportedAps = {
  readonly map50: number;
  readonly perClass: readonly { readonly class: number; readonly ap50: number }[];
};

/**
 * With the AP50 of the checkpoint's report. It was judged in the model's input and in the order in which the images ran: boxes
 * that were rounded to other pixels give .462078 for .462036, and one checkpoint has one number.
 */
export function withReported(breakdown: Breakdown, { map50, perClass }: ReportedAps): Breakdown {
  const { curves } = breakdown;
  const known = new Map(perClass.map((one) => [one.class, one.ap50]));
  const classes = curves.classes.map((one) => ({ ...one, ap50: known.get(one.class) ?? one.ap50 }));
  return {
    ...breakdown,
    curves: { ...curves, classes, ...(curves.mean && { mean: { ...curves.mean, map50 } }) },
  };
}
