import { type Limits, meanOf, normalQuantile } from './limits';
import { type Candidate, type Moment, worseOnes } from './worse';

export type WithBest = {
  /** Index of the highest mAP, the last of equals; -1 of none. */
  readonly best: number;
  /** Of each: whether the best there really is lies above it. */
  readonly isWorse: readonly boolean[];
  /** Indexes of those that cannot be told from the best, the best among them; ascending. */
  readonly undecided: readonly number[];
  /** How much the best's mAP is too high in the mean, because it is the highest of several. */
  readonly optimism: number;
};

/** More add little, and pairs cost. */
const MOST_COMPARED = 128;

/**
 * Which of several checkpoints are worse than the best of them. The best is a selected maximum: one 95 % interval after the
 * other called a third of equally good checkpoints worse. Here all are judged at once (worse.ts), so that the verdicts on a
 * run hold together. `drawn`: images, or groups of them, in one replicate.
 */
export function compareWithBest(
  candidates: readonly Candidate[],
  drawn: number,
  moment: Moment = 'ended',
): WithBest {
  const best = candidates.reduce((top, { map }, i) => (top < 0 || map >= candidates[top].map ? i : top), -1);
  const all = centred(candidates);
  const worse = worseOnes(all, drawn, moment);
  const isWorse = all.map((one) => worse.has(one));
  const undecided = [...all.keys()].filter((k) => !isWorse[k]);
  return { best, isWorse, undecided, optimism: optimismOf(undecided.map((k) => all[k].draws)) };
}

/** How much the highest of some that cannot be told apart is too high in the mean. */
export const optimismAmong = (undecided: readonly Candidate[]): number =>
  optimismOf(centred(undecided).map(({ draws }) => draws));

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

/** Bootstrap standard error of the difference of two. */
function errorOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += (a[r] - b[r]) ** 2;
  return Math.sqrt(sum / a.length);
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

/** Chance that any of several equally good ones is called worse. */
const ALPHA = 0.04;

/**
 * The same of a checkpoint of an earlier Pitwall, of which only its difference to the best before it is known: the standard
 * error from the 95 % interval, and Bonferroni's critical value for all pairs of `among` checkpoints.
 */
export function isWorseByInterval(difference: number, { low, high }: Limits, among: number): boolean {
  const error = (high - low) / (2 * normalQuantile(0.975));
  const pairs = Math.max(1, among * (among - 1));
  return difference + normalQuantile(1 - ALPHA / pairs) * error < 0;
}
