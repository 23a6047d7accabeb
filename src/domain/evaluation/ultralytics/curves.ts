import type { Scored } from '../scored';
import { CONFIDENCES, type ConfidenceCurves, peakOf } from './confidence-curves';
import { metricsWithCurves } from './evaluate';

/** A confidence from which detections count, and what that gives at IoU .5. */
export type Threshold = {
  readonly confidence: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
};

/** Precision, recall and F1 over Curves.confidence, and the envelope of precision over Curves.recall, at IoU .5. */
export type CurveColumns = {
  readonly precision: Float32Array;
  readonly recall: Float32Array;
  readonly f1: Float32Array;
  readonly envelope: Float32Array;
};

export type ClassCurve = {
  readonly class: number;
  readonly labels: number;
  readonly ap50: number;
  /** At the confidence of the class's own best F1; undefined if no detection finds a label: F1 is 0 at each confidence. */
  readonly best: Threshold | undefined;
  /** At the confidence of the best mean F1; undefined if there is none. */
  readonly common: Threshold | undefined;
  /** Absent of all but the MOST_CURVES classes with most labels. */
  readonly columns?: CurveColumns;
};

export type MeanCurve = {
  readonly map50: number;
  /** At the confidence of the highest mean F1; undefined if no detection finds a label. */
  readonly best: Threshold | undefined;
  readonly columns: CurveColumns;
};

/** What ap_per_class draws: of the classes with labels, and their mean. */
export type Curves = {
  /** 1000 points on [0, 1]. */
  readonly confidence: Float32Array;
  /** 101 points on [0, 1]. */
  readonly recall: Float32Array;
  readonly classes: readonly ClassCurve[];
  /** Absent if no class has labels. */
  readonly mean?: MeanCurve;
};

/** 13 kB each: those of Objects365 are 5 MB, which a page takes; those of V3Det's 13,204 classes are not to be told apart. */
export const MOST_CURVES = 400;

const RECALLS = 101;

/**
 * Curves as Ultralytics draws them. The best threshold is the highest point of the mean F1, smoothed as it
 * smooths it; each class has its own by the same rule.
 */
export function curvesOf(scored: Scored): Curves {
  const { metrics, curves: all, best: common } = metricsWithCurves(scored);
  const { perClass, map50 } = metrics;
  const axes = {
    confidence: Float32Array.from(CONFIDENCES),
    recall: Float32Array.from({ length: RECALLS }, (_, i) => i / (RECALLS - 1)),
  };
  if (perClass.length === 0) return { ...axes, classes: [] };
  const envelopes = perClass.map((one) => envelopeOf(scored, one.class, one.labels));
  const found = all.some(hasPeak) ? common : undefined;
  const drawn = new Set(perClass.toSorted((a, b) => b.labels - a.labels).slice(0, MOST_CURVES));
  const classes = perClass.map((one, i): ClassCurve => {
    return {
      ...{ class: one.class, labels: one.labels, ap50: one.ap50 },
      best: hasPeak(all[i]) ? thresholdAt(all[i], peakOf(all[i].f1)) : undefined,
      common: found === undefined ? undefined : thresholdAt(all[i], found),
      ...(drawn.has(one) && { columns: columnsOf(all[i], envelopes[i]) }),
    };
  });
  const mean = {
    precision: meanOf(all.map(({ precision }) => precision)),
    recall: meanOf(all.map(({ recall }) => recall)),
    f1: meanOf(all.map(({ f1 }) => f1)),
  };
  const columns = columnsOf(mean, meanOf(envelopes));
  const best = found === undefined ? undefined : thresholdAt(mean, found);
  return { ...axes, classes, mean: { map50, best, columns } };
}

/** Without one the peak is the first of equal zeros: confidence 0, at which nothing is filtered. */
const hasPeak = ({ f1 }: ConfidenceCurves): boolean => f1.some((value) => value > 0);

function thresholdAt({ precision, recall, f1 }: ConfidenceCurves, at: number): Threshold {
  return { confidence: CONFIDENCES[at], precision: precision[at], recall: recall[at], f1: f1[at] };
}

function columnsOf({ precision, recall, f1 }: ConfidenceCurves, envelope: Float64Array): CurveColumns {
  return {
    precision: Float32Array.from(precision),
    recall: Float32Array.from(recall),
    f1: Float32Array.from(f1),
    envelope: Float32Array.from(envelope),
  };
}

function meanOf(curves: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(curves[0].length);
  for (const curve of curves) for (let i = 0; i < sum.length; i++) sum[i] += curve[i];
  return sum.map((value) => value / curves.length);
}

/** The highest precision at each recall or beyond it, as average precision counts it. */
function envelopeOf({ start, hit }: Scored, classIndex: number, labels: number): Float64Array {
  const precision = new Float64Array(RECALLS);
  let hits = 0;
  for (let i = start[classIndex]; i < start[classIndex + 1]; i++) {
    if ((hit[i] & 1) === 0) continue;
    hits++;
    const reached = Math.floor((hits / labels) * (RECALLS - 1) + 1e-9);
    precision[reached] = Math.max(precision[reached], hits / (i - start[classIndex] + 1));
  }
  for (let r = RECALLS - 2; r >= 0; r--) precision[r] = Math.max(precision[r], precision[r + 1]);
  return precision;
}
