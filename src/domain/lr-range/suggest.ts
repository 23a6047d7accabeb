import { createRandom, type Random } from '../../base/random';
import { FEWEST, type Landmarks, landmarksOf, smoothed } from './landmarks';
import type { NoAnswer, RangePoint, RangeReading, RangeResult } from './types';

/** Smith takes a third or a quarter of the LR at which the loss gets worse. */
const MARGIN = 4;
/** The middle of a narrow valley is too near to its edge. */
const NEAREST = 2;
/** Repetitions of the test, and the share of them that is left out at either end. */
const REPEATS = 100;
const TAIL = 0.1;
/** The one number is given if eight in ten repetitions, or all of several tests, are within this factor. */
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
  const { lr: suggested, valley } = suggestionOf(points, read);
  const between = [quantile(again, TAIL), quantile(again, 1 - TAIL)] as const;
  const low = Math.min(between[0], suggested);
  const high = Math.max(between[1], suggested);
  return { kind: 'found', result: resultOf(points, read, { suggested, valley, low, high }) };
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

type SuggestedRange = {
  readonly suggested: number;
  readonly valley: Valley | undefined;
  readonly low: number;
  readonly high: number;
};

function resultOf(
  points: readonly RangePoint[],
  { curve, steepest, lowest, rises, blown }: Landmarks,
  { suggested, valley, low, high }: SuggestedRange,
): RangeResult {
  return {
    curve,
    steepest: curve[steepest].lr,
    lowest: curve[lowest].lr,
    rises: rises === undefined ? undefined : curve[rises].lr,
    diverged: blown === undefined ? undefined : points[blown].lr,
    valley: valley && [valley.from, valley.to],
    suggested,
    between: [low, high],
    sure: high <= NEAR * low,
  };
}

type Suggestion = { readonly lr: number; readonly valley: Valley | undefined };

/**
 * The middle of the valley in log LR: its edges move from seed to seed, and mostly to opposite sides or by half as much as each
 * alone. Of a loss that never rose again a quarter of the last LR, or the LR at which it is lowest if that is less.
 */
function suggestionOf(points: readonly RangePoint[], { curve, lowest, blown }: Landmarks): Suggestion {
  const valley = valleyOf(points.slice(0, curve.length), blown ?? curve.length);
  const edge = points[blown ?? points.length - 1].lr;
  const lr = valley
    ? Math.min(Math.sqrt(valley.from * valley.to), valley.to / NEAREST)
    : Math.min(edge / MARGIN, curve[lowest].lr);
  return { lr: Number(lr.toPrecision(2)), valley };
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
    if (!('kind' in read)) answers.push(suggestionOf(drawn, read).lr);
  }
  return answers.sort((a, b) => a - b);
}

function shaken({ lr, loss }: RangePoint, residual: number, random: Random): RangePoint {
  return { lr, loss: loss * Math.exp(random.next() < 0.5 ? residual : -residual) };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))];
}

/** The LRs between which a network learns: by the lower one most of the fall is done, from the upper one on the loss rises. */
type Valley = { readonly from: number; readonly to: number };

/** Share of the whole fall that is left at the lower LR, and lost again at the upper one. */
const LEVEL = 0.1;
/**
 * Width of the kernel against the length of the test. It is three times that of the landmarks, because here two crossings of one
 * level are wanted, and not the shape of the curve. Chosen by eight recorded tests of the example and checked by others
 * (docs/statistics.md).
 */
const VALLEY_SHARE = 14;

/** The valley of a test; undefined if the loss did not rise again. `before`: the index of the point at which it blew up. */
function valleyOf(points: readonly RangePoint[], before: number): Valley | undefined {
  const { curve } = smoothed(points, VALLEY_SHARE);
  const logs = curve.map(({ loss }) => Math.log(loss));
  const lowest = indexOf(logs.slice(0, before), Math.min);
  const highest = indexOf(logs.slice(0, lowest + 1), Math.max);
  const level = logs[lowest] + LEVEL * (logs[highest] - logs[lowest]);
  const [down, up] = [
    logs.findLastIndex((log, i) => i < lowest && log > level),
    logs.findIndex((log, i) => i > lowest && log > level),
  ];
  if (down < 0 || up < 0) return undefined;
  const crossing = (a: number, b: number): number => {
    const share = (level - logs[a]) / (logs[b] - logs[a]);
    return curve[a].lr * (curve[b].lr / curve[a].lr) ** share;
  };
  return { from: crossing(down, down + 1), to: crossing(up - 1, up) };
}

function indexOf(values: readonly number[], pick: (...values: number[]) => number): number {
  return values.indexOf(pick(...values));
}

/** What several tests with other seeds suggest together. */
export type SeveralTests = {
  /** The geometric mean of the suggestions, two digits. */
  readonly suggested: number;
  /** The lowest and the highest of them. */
  readonly between: readonly [low: number, high: number];
  /** Whether each gave a number, and they are near enough for one to be used. */
  readonly sure: boolean;
  /** Tests that gave an answer. */
  readonly answered: number;
};

/**
 * Another seed has other weights to begin with and another order of batches. On the example single tests differ from each other
 * by 11 % (standard deviation of 25), means of three by 6 %. Undefined if not more than half of them gave an answer.
 */
export function ofSeveral(readings: readonly RangeReading[]): SeveralTests | undefined {
  const results = readings.flatMap((one) => (one.kind === 'found' ? [one.result] : []));
  if (results.length <= readings.length / 2) return undefined;
  const suggested = results.map((one) => one.suggested);
  const [low, high] = [Math.min(...suggested), Math.max(...suggested)];
  return {
    suggested: Number(geometricMean(suggested).toPrecision(2)),
    between: [low, high],
    sure: high <= NEAR * low && results.every(isSure),
    answered: results.length,
  };
}

/** A test with its losses. */
export type ReadTest = { readonly points: readonly RangePoint[]; readonly reading: RangeReading };

/** The test that says most nearly what all say together: its curve is shown, with their suggestion. */
export function shownOfSeveral<T extends ReadTest>(
  tests: readonly T[],
  { suggested, between, sure }: SeveralTests,
): T & { readonly reading: FoundRange } {
  const found = tests.flatMap((one) => (one.reading.kind === 'found' ? [{ one, found: one.reading }] : []));
  const off = ({ found: { result } }: (typeof found)[number]): number =>
    Math.abs(Math.log(result.suggested / suggested));
  const [nearest] = found.sort((a, b) => off(a) - off(b));
  const result = { ...nearest.found.result, suggested, between, sure };
  return { ...nearest.one, reading: { kind: 'found', result } };
}

type FoundRange = Extract<RangeReading, { kind: 'found' }>;

/** What one test suggests varies from seed to seed, so there are more; not if each takes longer than this. */
const MOST_SECONDS = 120;
const TESTS = 3;

/**
 * How many tests a suggestion is worth if no number is asked for: of random fives of single tests of the example 69 % are
 * within a factor of 1.4, of means of three 99.9 % (docs/statistics.md). One without an answer is the answer.
 */
export const testsWorth = (first: RangeReading, seconds: number): number =>
  first.kind === 'found' && seconds <= MOST_SECONDS ? TESTS : 1;

const isSure = ({ sure }: RangeResult): boolean => sure;

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
