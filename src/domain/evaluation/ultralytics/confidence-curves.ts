import type { Scored } from '../scored';

// Precision, recall and F1 over confidence, as ap_per_class of Ultralytics' metrics.py computes them.

/** Points of confidence on [0, 1]. */
export const CONFIDENCES = Float64Array.from({ length: 1000 }, (_, i) => (i === 999 ? 1 : i * (1 / 999)));

/** Added to denominators that may be 0. */
const EPSILON = 1e-16;

/** Curves of one class over CONFIDENCES, at IoU .5. */
export type ConfidenceCurves = {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
};

/** 24 kB: those of 13,204 classes are 300 MB, so none are kept once a class is judged. */
export const confidenceCurves = (scored: Scored, classIndex: number, labels: number): ConfidenceCurves =>
  curvesAt(CONFIDENCES, scored, { classIndex, labels });

/** Precision, recall and F1 of one class at one point of CONFIDENCES, as its curves have them. */
export function confidencePoint(scored: Scored, at: number, { classIndex, labels }: OfClass) {
  const { precision, recall, f1 } = curvesAt(CONFIDENCES.subarray(at, at + 1), scored, {
    classIndex,
    labels,
  });
  return { precision: precision[0], recall: recall[0], f1: f1[0] };
}

type OfClass = { readonly classIndex: number; readonly labels: number };

function curvesAt(points: Float64Array, scored: Scored, { classIndex, labels }: OfClass): ConfidenceCurves {
  const [start, end] = [scored.start[classIndex], scored.start[classIndex + 1]];
  const precision = new Float64Array(end - start);
  const recall = new Float64Array(end - start);
  let hits = 0;
  for (let i = start; i < end; i++) {
    hits += scored.hit[i] & 1;
    precision[i - start] = hits / (i - start + 1);
    recall[i - start] = hits / (labels + EPSILON);
  }
  const scores = scored.scores.subarray(start, end);
  const p = overConfidence({ points, scores }, precision, 1);
  const r = overConfidence({ points, scores }, recall, 0);
  return { precision: p, recall: r, f1: p.map((value, i) => (2 * value * r[i]) / (value + r[i] + EPSILON)) };
}

/**
 * numpy.interp(-points, -scores, values, left): linear between descending scores, `above` beyond the highest, the
 * last value below the lowest, the last of equal scores if a point equals them. Without scores, 0.
 */
function overConfidence(
  { points, scores }: Readonly<Record<'points' | 'scores', Float64Array>>,
  values: Float64Array,
  above: number,
): Float64Array {
  const result = new Float64Array(points.length);
  if (scores.length === 0) return result;
  let j = scores.length - 1;
  for (let i = 0; i < points.length; i++) {
    while (j >= 0 && scores[j] < points[i]) j--;
    result[i] = j < 0 ? above : between(scores, values, j, points[i]);
  }
  return result;
}

function between(scores: Float64Array, values: Float64Array, j: number, confidence: number): number {
  if (j === scores.length - 1 || scores[j] === confidence) return values[j];
  const slope = (values[j + 1] - values[j]) / (scores[j] - scores[j + 1]);
  return slope * (scores[j] - confidence) + values[j];
}

const SMOOTHING = 0.1;

/** The point of CONFIDENCES at which the mean F1 over classes, smoothed, is highest; the first of equals. */
export function bestConfidence(classes: number, f1Of: (index: number) => Float64Array): number {
  const mean = new Float64Array(CONFIDENCES.length);
  for (let c = 0; c < classes; c++)
    f1Of(c).forEach((value, i) => {
      mean[i] += value / classes;
    });
  return peakOf(mean);
}

/** The place at which a curve over CONFIDENCES is highest once it is smoothed; the first of equals. */
export function peakOf(curve: Float64Array): number {
  const smoothed = boxFilter(curve, SMOOTHING);
  return smoothed.reduce((best, value, i) => (value > smoothed[best] ? i : best), 0);
}

/** Ultralytics' smooth: a box filter over that part of the curve, its ends padded with the end values. */
function boxFilter(values: Float64Array, part: number): Float64Array {
  const taps = Math.floor(Math.round(values.length * part * 2) / 2) + 1;
  const half = Math.floor(taps / 2);
  const at = (i: number): number => values[Math.min(values.length - 1, Math.max(0, i))];
  return values.map((_, i) => {
    let sum = 0;
    for (let k = i - half; k <= i + half; k++) sum += at(k) / taps;
    return sum;
  });
}
