import type { Scored } from './scored';
import type { Detections, GroundTruth } from './types';
import { matchUltralytics } from './ultralytics/match';

/** Precision over recall of one class at IoU .5. */
export type PrCurve = {
  readonly class: number;
  readonly labels: number;
  /** At recall 0, .01 ... 1: the best precision at that recall or beyond; 0 where it is not reached. */
  readonly precision: Float64Array;
};

const POINTS = 101;

/** A curve for each class with ground truth, and their mean. */
export function prCurves(
  groundTruth: GroundTruth,
  detections: Detections,
): { readonly classes: readonly PrCurve[]; readonly mean: Float64Array } {
  const scored = matchUltralytics(groundTruth, detections);
  const classes: PrCurve[] = [];
  for (let c = 0; c < scored.classes; c++) {
    const labels = scored.truthStart[c + 1] - scored.truthStart[c];
    if (labels > 0) classes.push({ class: c, labels, precision: curveOf(scored, c, labels) });
  }
  const mean = new Float64Array(POINTS);
  for (const { precision } of classes) {
    for (let i = 0; i < POINTS; i++) mean[i] += precision[i] / classes.length;
  }
  return { classes, mean };
}

function curveOf(scored: Scored, classIndex: number, labels: number): Float64Array {
  const [start, end] = [scored.start[classIndex], scored.start[classIndex + 1]];
  const curve = new Float64Array(POINTS);
  let hits = 0;
  for (let i = start; i < end; i++) {
    if ((scored.hit[i] & 1) === 0) continue;
    hits++;
    // The last point that this true positive reaches; the sweep below carries it to the ones before.
    const point = Math.floor((hits / labels) * (POINTS - 1));
    curve[point] = Math.max(curve[point], hits / (i - start + 1));
  }
  for (let i = POINTS - 2; i >= 0; i--) curve[i] = Math.max(curve[i], curve[i + 1]);
  return curve;
}
