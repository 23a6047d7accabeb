import { type Limits, meanOf, normalQuantile, quantile } from './limits';
import { studentQuantile } from './student';

/** A checkpoint as the others of its run see it: its mAP, and its mAP on each of the draws that all were judged on (draw.ts). */
export type Candidate = { readonly map: number; readonly draws: Float64Array };

export type AgainstBest = {
  /** mAP minus that of the best; 0 of the best. */
  readonly difference: number;
  /** Limit above the difference to the best there really is, for all candidates together; below 0: it is worse. */
  readonly high: number;
  readonly isWorse: boolean;
};

export type WithBest = {
  /** Index of the highest mAP, the last of equals; -1 of none. */
  readonly best: number;
  readonly judged: readonly AgainstBest[];
  /** Indexes of those that cannot be told from the best, the best among them; ascending. */
  readonly undecided: readonly number[];
  /** How much the best's mAP is too high in the mean, because it is the highest of several. */
  readonly optimism: number;
};

/**
 * Chance that any of several equally good candidates is called worse. A run is judged again with every checkpoint: .04 each
 * time comes to less than .1 over 50 of them.
 */
const ALPHA = 0.04;
/** More add little to the critical value, and pairs cost: the highest are taken. */
const MOST_COMPARED = 128;
/** Two candidates whose draws lie closer are one. */
const NO_ERROR = 1e-9;

/**
 * Which of several checkpoints are worse than the best of them. The best is a selected maximum: one 95 % interval after the
 * other called a third of equally good checkpoints worse. Here the limits hold together: multiple comparison with the best (Hsu
 * 1984, Annals of Statistics 12, 1136), with the critical value from the joint bootstrap: the upper end of the maximum over all
 * pairs of the centred difference by its standard error. All pairs (Tukey's family) and not those of one candidate, so that it
 * holds for every verdict on a run at once. `drawn`: images, or groups of them, in one replicate. `widening`: for
 * the classes of few images, as in small-classes.ts.
 */
export function compareWithBest(candidates: readonly Candidate[], drawn: number, widening = 1): WithBest {
  const best = candidates.reduce((top, { map }, i) => (top < 0 || map >= candidates[top].map ? i : top), -1);
  const all = centred(candidates);
  const rivals = all.toSorted((a, b) => b.map - a.map).slice(0, MOST_COMPARED);
  const critical = criticalValue(rivals) * expansion(drawn) * widening;
  const judged = all.map((one) => {
    const high = upperLimit(one, rivals, critical);
    return { difference: one.map - candidates[best].map, high, isWorse: high < 0 };
  });
  const undecided = [...judged.keys()].filter((k) => !judged[k].isWorse);
  return { best, judged, undecided, optimism: optimismOf(undecided.map((k) => all[k].draws)) };
}

/** By whichever of its rivals is surest above it, which need not be the best. */
function upperLimit({ map, draws }: Candidate, rivals: readonly Candidate[], critical: number): number {
  const limits = rivals.map((rival) => {
    const error = errorOf(draws, rival.draws);
    return error < NO_ERROR ? 0 : map - rival.map + critical * error;
  });
  return Math.min(...limits);
}

/** With the deviations of the draws from their mean, without draws that lack every label; all of one length. */
function centred(candidates: readonly Candidate[]): Candidate[] {
  const count = Math.min(...candidates.map(({ draws }) => draws.length));
  const whole = [...(candidates[0]?.draws.keys() ?? [])].filter(
    (b) => b < count && candidates.every(({ draws }) => !Number.isNaN(draws[b])),
  );
  return candidates.map(({ map, draws }) => {
    const own = Float64Array.from(whole, (b) => draws[b]);
    const mean = meanOf(own);
    return { map, draws: own.map((value) => value - mean) };
  });
}

/** What the largest studentised difference of any two exceeds with a chance of ALPHA. */
function criticalValue(rivals: readonly Candidate[]): number {
  const largest = new Float64Array(rivals[0]?.draws.length ?? 0);
  for (const [i, a] of rivals.entries())
    for (const b of rivals.slice(0, i)) raiseTo(largest, a.draws, b.draws);
  return quantile(largest.sort(), 1 - ALPHA);
}

function raiseTo(largest: Float64Array, a: Float64Array, b: Float64Array): void {
  const error = errorOf(a, b);
  if (error < NO_ERROR) return;
  for (let r = 0; r < largest.length; r++) largest[r] = Math.max(largest[r], Math.abs(a[r] - b[r]) / error);
}

/** Bootstrap standard error of the difference of two. */
function errorOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += (a[r] - b[r]) ** 2;
  return Math.sqrt(sum / a.length);
}

/** A bootstrap of few images is too narrow, as in limits.ts (Hesterberg 2015). */
function expansion(drawn: number): number {
  if (drawn < 2) return 1;
  const share = 1 - ALPHA / 2;
  return (Math.sqrt(drawn / (drawn - 1)) * studentQuantile(share, drawn - 1)) / normalQuantile(share);
}

/**
 * The mean of the highest of k equally good checkpoints lies c(k) standard errors above them, c(k) the expected maximum of k
 * normal values (Blom 1958) and the standard error that of a pair by the root of 2: what images decide alike for both is luck
 * of neither.
 */
function optimismOf(draws: readonly Float64Array[]): number {
  const k = draws.length;
  if (k < 2) return 0;
  const some = draws.slice(0, MOST_COMPARED);
  const squares = some.flatMap((a, i) => some.slice(0, i).map((b) => errorOf(a, b) ** 2));
  return normalQuantile((k - 0.375) / (k + 0.25)) * Math.sqrt(meanOf(squares) / 2);
}

/**
 * The same of a checkpoint of an earlier Pitwall, of which only its difference to the best before it is known: the standard
 * error from the 95 % interval, and Bonferroni's critical value for all pairs of `among` checkpoints.
 */
export function isWorseByInterval(difference: number, { low, high }: Limits, among: number): boolean {
  const error = (high - low) / (2 * normalQuantile(0.975));
  const pairs = Math.max(1, among * (among - 1));
  return difference + normalQuantile(1 - ALPHA / pairs) * error < 0;
}
