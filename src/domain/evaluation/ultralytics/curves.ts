import type { Scored } from '../scored';
import { CONFIDENCES, type ConfidenceCurves, confidenceCurves, peakOf } from './confidence-curves';
import { metricsAtBest } from './evaluate';

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
  const { metrics, best } = metricsAtBest(scored);
  const { perClass, map50 } = metrics;
  const axes = {
    confidence: Float32Array.from(CONFIDENCES),
    recall: Float32Array.from({ length: RECALLS }, (_, i) => i / (RECALLS - 1)),
  };
  if (perClass.length === 0) return { ...axes, classes: [] };
  const drawn = new Set(perClass.toSorted((a, b) => b.labels - a.labels).slice(0, MOST_CURVES));
  const mean = new MeanOfCurves(perClass.length);
  const curves = perClass.map((one): WithPeak => {
    const own = confidenceCurves(scored, one.class, one.labels);
    const envelope = envelopeOf(scored, one.class, one.labels);
    mean.add(own, envelope);
    return {
      ...{ class: one.class, labels: one.labels, ap50: one.ap50 },
      best: hasPeak(own) ? thresholdAt(own, peakOf(own.f1)) : undefined,
      at: thresholdAt(own, best),
      ...(drawn.has(one) && { columns: columnsOf(own, envelope) }),
    };
  });
  // Without a peak the common threshold is the first of equal zeros as well.
  const isFound = curves.some((one) => one.best !== undefined);
  const classes = curves.map(({ at, ...one }): ClassCurve => ({ ...one, common: isFound ? at : undefined }));
  const { own, envelope } = mean.end();
  const common = isFound ? thresholdAt(own, best) : undefined;
  return { ...axes, classes, mean: { map50, best: common, columns: columnsOf(own, envelope) } };
}

type WithPeak = Omit<ClassCurve, 'common'> & { readonly at: Threshold };

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

/** Of the curves of many classes, none of which is kept. */
class MeanOfCurves {
  readonly #count: number;
  readonly #sums = {
    precision: new Float64Array(CONFIDENCES.length),
    recall: new Float64Array(CONFIDENCES.length),
    f1: new Float64Array(CONFIDENCES.length),
    envelope: new Float64Array(RECALLS),
  };

  constructor(count: number) {
    this.#count = count;
  }

  add({ precision, recall, f1 }: ConfidenceCurves, envelope: Float64Array): void {
    addTo(this.#sums.precision, precision);
    addTo(this.#sums.recall, recall);
    addTo(this.#sums.f1, f1);
    addTo(this.#sums.envelope, envelope);
  }

  end(): { readonly own: ConfidenceCurves; readonly envelope: Float64Array } {
    const of = (sum: Float64Array): Float64Array => sum.map((value) => value / this.#count);
    const { precision, recall, f1, envelope } = this.#sums;
    return { own: { precision: of(precision), recall: of(recall), f1: of(f1) }, envelope: of(envelope) };
  }
}

function addTo(sum: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += values[i];
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
