import type { Scored } from '../evaluation/scored';
import type { Detections, GroundTruth } from '../evaluation/types';
import { type MatchingRule, matchUltralytics } from '../evaluation/ultralytics/match';

/** Precision over recall of one class at IoU .50, at RECALLS evenly spaced recalls. */
export type ClassCurve = { readonly class: number; readonly ap50: number; readonly precision: Float64Array };

export const RECALLS = 101;

/** Curves of the classes that have labels. Precision is the envelope from the right, as average precision counts it. */
export function precisionRecallCurves(
  truth: GroundTruth,
  detections: Detections,
  matching?: MatchingRule,
): ClassCurve[] {
  const scored = matchUltralytics(truth, detections, matching);
  const classes = Array.from({ length: scored.classes }, (_, c) => c);
  return classes.filter((c) => labelsOf(scored, c) > 0).map((c) => curveOf(scored, c));
}

const labelsOf = (scored: Scored, c: number): number => scored.truthStart[c + 1] - scored.truthStart[c];

function curveOf(scored: Scored, c: number): ClassCurve {
  const precision = new Float64Array(RECALLS);
  const labels = labelsOf(scored, c);
  let hits = 0;
  for (let i = scored.start[c]; i < scored.start[c + 1]; i++) {
    if ((scored.hit[i] & 1) === 0) continue;
    hits++;
    const reached = Math.floor((hits / labels) * (RECALLS - 1) + 1e-9);
    precision[reached] = Math.max(precision[reached], hits / (i - scored.start[c] + 1));
  }
  for (let r = RECALLS - 2; r >= 0; r--) precision[r] = Math.max(precision[r], precision[r + 1]);
  return { class: c, ap50: precision.reduce((sum, p) => sum + p, 0) / RECALLS, precision };
}
