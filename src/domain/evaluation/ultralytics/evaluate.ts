import { type Scored, ULTRALYTICS_AP } from '../scored';
import type { ClassMetrics, Detections, GroundTruth, UltralyticsMetrics } from '../types';
import { classAps, countPositives, createApSpace, createPass, fillCredit } from '../weighted-ap';
import { bestConfidence, CONFIDENCES, confidenceCurves, confidencePoint } from './confidence-curves';
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
  return metricsAtBest(scored, options).metrics;
}

export type MetricsAtBest = {
  readonly metrics: UltralyticsMetrics;
  /** The point of CONFIDENCES that precision, recall and F1 are taken at. */
  readonly best: number;
};

/** No curves are kept once their class is judged: there may be thousands of classes. */
export function metricsAtBest(scored: Scored, options: UltralyticsOptions = {}): MetricsAtBest {
  const classes = apsOfClasses(scored, options);
  const f1Of = (i: number): Float64Array => confidenceCurves(scored, classes[i].class, classes[i].labels).f1;
  const best = bestConfidence(classes.length, f1Of);
  const perClass = classes.map((one) => classMetrics(scored, one, best));
  const meanOf = (pick: (one: ClassMetrics) => number): number => mean(perClass.map(pick));
  const metrics = {
    map: meanOf(({ ap }) => ap),
    map50: meanOf(({ ap50 }) => ap50),
    map75: mean(classes.map(({ aps }) => aps[MAP75])),
    precision: meanOf(({ precision }) => precision),
    recall: meanOf(({ recall }) => recall),
    f1: meanOf(({ f1 }) => f1),
    confidence: CONFIDENCES[best],
    perClass,
  };
  return { metrics, best };
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

function classMetrics(scored: Scored, one: ClassAps, best: number): ClassMetrics {
  const own = scored.truthImage.subarray(scored.truthStart[one.class], scored.truthStart[one.class + 1]);
  return {
    class: one.class,
    images: new Set(own).size,
    labels: one.labels,
    ...confidencePoint(scored, best, { classIndex: one.class, labels: one.labels }),
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
