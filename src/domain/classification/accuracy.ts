/** Places of the true class that count for top-5. */
const TOP_PLACES = 5;

export type Accuracy = { readonly top1: number; readonly top5: number };

/**
 * The place of class `target` among the scores from `start` on, from 0: how many classes come before it. Of equal scores the lower
 * class comes first, and what is not a number before all, as torch sorts.
 */
export function placeOf(scores: Float32Array, start: number, classes: number, target: number): number {
  const own = scores[start + target];
  let place = 0;
  for (let c = 0; c < classes; c++) if (comesBefore(scores[start + c], own, c < target)) place++;
  return place;
}

function comesBefore(score: number, own: number, isLower: boolean): boolean {
  if (Number.isNaN(own)) return Number.isNaN(score) && isLower;
  return Number.isNaN(score) || score > own || (score === own && isLower);
}

/** Shares of images whose true class is first, and among the first five. */
export function accuracyOf(places: readonly number[]): Accuracy {
  const share = (most: number): number => places.filter((place) => place < most).length / places.length;
  return { top1: share(1), top5: share(TOP_PLACES) };
}

/** The class of the highest score from `start` on: the first in that order. */
export function topOf(scores: Float32Array, start: number, classes: number): number {
  for (let c = 0; c < classes; c++) if (placeOf(scores, start, classes, c) === 0) return c;
  return 0;
}
