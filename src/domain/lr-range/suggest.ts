import { createRandom, type Random } from '../../base/random';
import { FEWEST, type Landmarks, landmarksOf } from './landmarks';
import type { NoAnswer, RangePoint, RangeReading, RangeResult } from './types';

/** Smith takes a third or a quarter of the LR at which the loss gets worse. */
const MARGIN = 4;
/** Repetitions of the test, and the share of them that is left out at either end. */
const REPEATS = 100;
const TAIL = 0.1;
/** The one number is given if eight in ten repetitions are within this factor. */
const NEAR = 2;
/** Nothing is suggested if more than this share of the repetitions find nothing. */
const MOST_SILENT = 0.4;
/**
 * Fewest steps in a factor of ten of LR. What a network has learnt by the time the LR is large depends on how many
 * steps it had: on the example 13 to a decade give lr0 0.005, and 19, 26 and 51 give 0.019 to 0.02; no repetition of
 * the noise shows that.
 */
const STEPS_PER_DECADE = 18;

/**
 * The lr0 that a range test suggests, and the interval it would be in if the test were run again. The repetitions are a
 * wild bootstrap (Wu 1986): the noise of each step is kept in its place and its sign drawn anew, because batches at
 * high rates are noisier than at low ones. Of 60 noisy tests of a known curve at 57 to 256 steps the interval held the
 * true answer in 56 to 60.
 */
export function readRange(points: readonly RangePoint[]): RangeReading {
  const read = sparseness(points) ?? landmarksOf(points);
  if ('kind' in read) return { kind: 'nothing', why: read };
  const again = repeated(points, read);
  if (again.length < (1 - MOST_SILENT) * REPEATS) return { kind: 'nothing', why: { kind: 'chance' } };
  const suggested = suggestionOf(points, read);
  const between = [quantile(again, TAIL), quantile(again, 1 - TAIL)] as const;
  const low = Math.min(between[0], suggested);
  const high = Math.max(between[1], suggested);
  return { kind: 'found', result: resultOf(points, read, { suggested, low, high }) };
}

function sparseness(points: readonly RangePoint[]): NoAnswer | undefined {
  if (points.length < 2) return undefined;
  const needed = stepsBetween(points[0].lr, points[points.length - 1].lr);
  return points.length < needed ? { kind: 'sparse', steps: points.length, needed } : undefined;
}

/** Steps that a test between two rates needs to give an answer at all. */
export function fewestSteps(from: number, to: number): number {
  return Math.max(FEWEST, stepsBetween(from, to));
}

const stepsBetween = (from: number, to: number): number =>
  Math.ceil(STEPS_PER_DECADE * Math.log10(to / from));

type SuggestedRange = { readonly suggested: number; readonly low: number; readonly high: number };

function resultOf(
  points: readonly RangePoint[],
  { curve, steepest, lowest, rises, blown }: Landmarks,
  { suggested, low, high }: SuggestedRange,
): RangeResult {
  return {
    curve,
    steepest: curve[steepest].lr,
    lowest: curve[lowest].lr,
    rises: rises === undefined ? undefined : curve[rises].lr,
    diverged: blown === undefined ? undefined : points[blown].lr,
    suggested,
    between: [low, high],
    sure: high <= NEAR * low,
  };
}

/** A quarter of the LR at which the loss rises, never above the LR at which it is lowest. */
function suggestionOf(points: readonly RangePoint[], { curve, lowest, rises, blown }: Landmarks): number {
  const edge = points[rises ?? blown ?? points.length - 1].lr;
  return Number(Math.min(edge / MARGIN, curve[lowest].lr).toPrecision(2));
}

/** What the repetitions suggest, ascending; fewer than there were if some found nothing. */
function repeated(points: readonly RangePoint[], { curve, residuals }: Landmarks): number[] {
  const random = createRandom(0);
  const answers: number[] = [];
  for (let k = 0; k < REPEATS; k++) {
    const drawn = [
      ...curve.map((point, i) => shaken(point, residuals[i], random)),
      ...points.slice(curve.length),
    ];
    const read = landmarksOf(drawn);
    if (!('kind' in read)) answers.push(suggestionOf(drawn, read));
  }
  return answers.sort((a, b) => a - b);
}

function shaken({ lr, loss }: RangePoint, residual: number, random: Random): RangePoint {
  return { lr, loss: loss * Math.exp(random.next() < 0.5 ? residual : -residual) };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))];
}
