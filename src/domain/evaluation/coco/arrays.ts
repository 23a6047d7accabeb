import type { Planes, Shape } from './accumulate';

/** COCOeval.eval as pycocotools lays it out: float64, C order. */
export type CocoArrays = {
  /** [T, R, K, A, M] */
  readonly precision: Float64Array;
  readonly scores: Float64Array;
  /** [T, K, A, M] */
  readonly recall: Float64Array;
  readonly shape: Shape;
};

export function toArrays({ precision, scores, recall, shape }: Planes): CocoArrays {
  return { precision: interleave(precision), scores: interleave(scores), recall: interleave(recall), shape };
}

/** Planes become the last axes. */
function interleave(planes: readonly (Float64Array | undefined)[]): Float64Array {
  const length = planes[0]?.length ?? 0;
  const values = new Float64Array(length * planes.length);
  planes.forEach((plane, p) => {
    for (let i = 0; i < length; i++) values[i * planes.length + p] = plane?.[i] ?? -1;
  });
  return values;
}
