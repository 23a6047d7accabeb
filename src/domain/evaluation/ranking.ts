import { identityOrder, runStarts, sortByKey } from './order';

/** Detections by class, then descending score; ties by image, then as they came. Class c has start[c]..start[c+1]. */
export type Ranking = { readonly order: Uint32Array; readonly start: Uint32Array };

export type Rankable = {
  readonly image: ArrayLike<number>;
  readonly class: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
};

export function rankDetections(detections: Rankable, images: number, classes: number): Ranking {
  const count = detections.image.length;
  const inFile = identityOrder(count);
  const inImages = isAscending(detections.image) ? inFile : sortByKey(inFile, detections.image, images);
  const order = sortByKey(inImages, detections.class, classes);
  const start = runStarts(detections.class, count, classes);
  for (let c = 0; c < classes; c++) sortRun(order.subarray(start[c], start[c + 1]), detections.scores);
  return { order, start };
}

function isAscending(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] < values[i - 1]) return false;
  return true;
}

/** A rank of 32 bits and a place of 21 bits make an integer that a double holds exactly. */
const PLACES = 2 ** 21;

/**
 * Sorts stably by descending score; NaN comes last, as numpy's argsort puts it. The run is sorted as doubles of rank and place, which the engine's own sort does without a callback. The rank is the
 * score in single precision, which rounding keeps monotonic; the rare scores that it cannot distinguish are sorted by
 * comparison.
 */
function sortRun(run: Uint32Array, scores: ArrayLike<number>): void {
  if (run.length > PLACES) {
    run.sort((a, b) => compareScores(scores[a], scores[b]));
    return;
  }
  const keys = placedRanks(run, scores).sort();
  const before = run.slice();
  let settled = true;
  for (let i = 0; i < run.length; i++) {
    run[i] = before[keys[i] - Math.floor(keys[i] / PLACES) * PLACES];
    if (i > 0 && scores[run[i]] > scores[run[i - 1]]) settled = false;
  }
  if (!settled) run.sort((a, b) => compareScores(scores[a], scores[b]));
}

function compareScores(a: number, b: number): number {
  const [noA, noB] = [Number.isNaN(a), Number.isNaN(b)];
  return noA || noB ? Number(noA) - Number(noB) : b - a;
}

function placedRanks(run: Uint32Array, scores: ArrayLike<number>): Float64Array {
  const single = new Float32Array(1);
  const bits = new Int32Array(single.buffer);
  const keys = new Float64Array(run.length);
  for (let i = 0; i < run.length; i++) {
    // Adding 0 turns -0 into 0: they are equal scores.
    single[0] = Math.fround(scores[run[i]]) + 0;
    keys[i] = descendingRank(bits[0]) * PLACES + i;
  }
  return keys;
}

const INFINITE = 0x7f800000;
const LAST_RANK = 2 ** 32 - 1;

/** Integers from 0 that ascend as the float of these bits descends; NaN last. */
function descendingRank(bits: number): number {
  if ((bits & 0x7fffffff) > INFINITE) return LAST_RANK;
  return bits >= 0 ? INFINITE - bits : INFINITE + (bits & 0x7fffffff);
}
