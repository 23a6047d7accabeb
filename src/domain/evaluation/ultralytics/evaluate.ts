import { type Scored, ULTRALYTICS_AP } from '../scored';
import type { ClassMetrics, Detections, GroundTruth, UltralyticsMetrics } from '../types';
import { classAps, countPositives, createApSpace, createPass, fillCredit } from '../weighted-ap';
import { type MatchingRule, matchUltralytics } from './match';

const RECALL_STEPS = 100;

export type UltralyticsOptions = {
  readonly matching?: MatchingRule;
  /** AP as before 8.4.37 (and YOLOv5): the curve fell straight from the last recall to (1, 0). */
  readonly legacyTail?: boolean;
};

/** Ultralytics' DetMetrics, by its matching and AP rules; boxes in the space it judges them, the letterboxed input. */
export function evaluateUltralytics(
  groundTruth: GroundTruth,
  detections: Detections,
  options: UltralyticsOptions = {},
): UltralyticsMetrics {
  return ultralyticsMetrics(matchUltralytics(groundTruth, detections, options.matching), options);
}

type ClassAps = { readonly class: number; readonly labels: number; readonly aps: Float64Array };

/** ap_per_class: the metrics of detections already judged. Only classes with ground truth count. */
export function ultralyticsMetrics(scored: Scored, options: UltralyticsOptions = {}): UltralyticsMetrics {
  const classes = apsOfClasses(scored, options);
  const curves = classes.map((one) => confidenceCurves(scored, one.class, one.labels));
  const best = bestConfidence(curves);
  const perClass = classes.map((one, i) => classMetrics(scored, one, curves[i], best));
  const meanOf = (pick: (one: ClassMetrics) => number): number => mean(perClass.map(pick));
  return {
    map: meanOf(({ ap }) => ap),
    map50: meanOf(({ ap50 }) => ap50),
    map75: mean(classes.map(({ aps }) => aps[MAP75])),
    precision: meanOf(({ precision }) => precision),
    recall: meanOf(({ recall }) => recall),
    f1: meanOf(({ f1 }) => f1),
    confidence: CONFIDENCES[best],
    perClass,
  };
}

/** IoU .75 among .5, .55 ... .95. */
const MAP75 = 5;

function apsOfClasses(scored: Scored, options: UltralyticsOptions): ClassAps[] {
  const weights = new Int32Array(scored.images).fill(1);
  const pass = createPass(ULTRALYTICS_AP, weights);
  const space = createApSpace(scored);
  const found: ClassAps[] = [];
  for (let c = 0; c < scored.classes; c++) {
    const labels = countPositives(scored, c, weights);
    if (labels === 0) continue;
    fillCredit(pass, ULTRALYTICS_AP, labels);
    classAps(space, scored, c, pass);
    const tail = options.legacyTail ? legacyTail(scored, c, labels) : undefined;
    found.push({ class: c, labels, aps: space.aps.map((ap, t) => ap + (tail?.[t] ?? 0)) });
  }
  return found;
}

function classMetrics(scored: Scored, one: ClassAps, curves: ConfidenceCurves, best: number): ClassMetrics {
  const own = scored.truthImage.subarray(scored.truthStart[one.class], scored.truthStart[one.class + 1]);
  return {
    class: one.class,
    images: new Set(own).size,
    labels: one.labels,
    precision: curves.precision[best],
    recall: curves.recall[best],
    f1: curves.f1[best],
    ap50: one.aps[0],
    ap: mean([...one.aps]),
  };
}

/** 0 if there is nothing to average, as Ultralytics reports it. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * What the AP rule before 8.4.37 adds to a class's AP at each threshold: beyond the last recall the curve fell straight
 * from the precision of all detections to 0 at recall 1.
 */
function legacyTail(scored: Scored, classIndex: number, labels: number): Float64Array {
  const [start, end] = [scored.start[classIndex], scored.start[classIndex + 1]];
  return Float64Array.from({ length: scored.thresholds }, (_, t) => {
    let hits = 0;
    for (let i = start; i < end; i++) hits += (scored.hit[i] >> t) & 1;
    return hits === 0 ? 0 : tailArea(hits / labels, hits / (end - start));
  });
}

/** The part of the trapezoid sum over 101 recalls at or beyond `recall`. */
function tailArea(recall: number, precision: number): number {
  let sum = 0;
  for (let i = 0; i < RECALL_STEPS; i++) {
    const x = i * (1 / RECALL_STEPS);
    if (x >= recall) sum += (precision * (1 - x)) / (1 - recall) / RECALL_STEPS;
  }
  return sum;
}

// Precision, recall and F1 over confidence, as ap_per_class of Ultralytics' metrics.py computes them.

/** Points of confidence on [0, 1]. */
const CONFIDENCES = Float64Array.from({ length: 1000 }, (_, i) => (i === 999 ? 1 : i * (1 / 999)));

/** Added to denominators that may be 0. */
const EPSILON = 1e-16;

/** Curves of one class over CONFIDENCES, at IoU .5. */
type ConfidenceCurves = {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
};

function confidenceCurves(scored: Scored, classIndex: number, labels: number): ConfidenceCurves {
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
  const p = overConfidence(scores, precision, 1);
  const r = overConfidence(scores, recall, 0);
  return { precision: p, recall: r, f1: p.map((value, i) => (2 * value * r[i]) / (value + r[i] + EPSILON)) };
}

/**
 * numpy.interp(-CONFIDENCES, -scores, values, left): linear between descending scores, `above` beyond the highest, the
 * last value below the lowest, the last of equal scores if a point equals them. Without scores, 0.
 */
function overConfidence(scores: Float64Array, values: Float64Array, above: number): Float64Array {
  const result = new Float64Array(CONFIDENCES.length);
  if (scores.length === 0) return result;
  let j = scores.length - 1;
  for (let i = 0; i < CONFIDENCES.length; i++) {
    while (j >= 0 && scores[j] < CONFIDENCES[i]) j--;
    result[i] = j < 0 ? above : between(scores, values, j, CONFIDENCES[i]);
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
export function bestConfidence(curves: readonly ConfidenceCurves[]): number {
  const mean = new Float64Array(CONFIDENCES.length);
  for (const { f1 } of curves)
    f1.forEach((value, i) => {
      mean[i] += value / curves.length;
    });
  const smoothed = boxFilter(mean, SMOOTHING);
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
