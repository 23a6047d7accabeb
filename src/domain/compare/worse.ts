import { exceeded, FEWEST_DRAWN } from './limits';

/** A checkpoint as the others of its run see it: its mAP, and its mAP on each of the draws that all were judged on (draw.ts). */
export type Candidate = { readonly map: number; readonly draws: Float64Array };

/** Chance that any of several equally good ones is called worse, by the mean of the others and by any single one. */
const ALPHA = { mean: 0.08, single: 0.01 };

/**
 * A run is looked at after each checkpoint and once at its end. With the whole chance at each look one of equal ones was called
 * worse at some time in 35 % of runs of 50; so all but an eighth is kept for the end, as in group-sequential trials (O'Brien and
 * Fleming 1979): 8.5 % (docs/statistics.md).
 */
export type Moment = 'going' | 'ended';
const SHARES: Readonly<Record<Moment, number>> = { going: 1 / 8, ended: 1 };
/** Rivals in pairs. More add little to the critical value, and pairs cost: the highest are taken. */
const MOST_COMPARED = 128;
/** Two candidates whose draws lie closer are one. */
const NO_ERROR = 1e-9;

/**
 * Those that the best there really is lies above, by the means of the step-down procedures: what is worse beyond doubt is
 * taken out, and the rest is judged again among itself. `draws` of the candidates are centred, of one length. Each is held
 * against the mean of all others, as in the analysis of means (Nelson 1983): the best is at least as good as their mean, which
 * hardly varies by luck as the highest one does. That alone would not see that a single one is better than all, so each pair
 * is compared as well, at a smaller share of the error (Tukey's family). Limits of a family hold together, by the joint
 * bootstrap. `drawn`: images, or groups of them, in one replicate; of too few nothing is worse.
 */
export function worseOnes(
  candidates: readonly Candidate[],
  drawn: number,
  moment: Moment = 'ended',
): ReadonlySet<Candidate> {
  const worse = new Set<Candidate>();
  if (drawn < FEWEST_DRAWN) return worse;
  for (let found = candidates.length; found > 0; ) {
    const left = candidates.filter((one) => !worse.has(one));
    const rivals = left.toSorted((a, b) => b.map - a.map).slice(0, MOST_COMPARED);
    const at = { drawn, share: SHARES[moment] };
    const lower = new Set([...belowMean(left, at), ...belowOne(left, rivals, at)]);
    for (const one of lower) worse.add(one);
    found = lower.size;
  }
  return worse;
}

/** Images, or groups of them, in one replicate, and how much of the chance of a false verdict is spent now. */
type Look = { readonly drawn: number; readonly share: number };

/** Those that lie below the mean of all others, not of the highest: that would be a selected one, and too high. */
function belowMean(left: readonly Candidate[], look: Look): Candidate[] {
  const others = left.length - 1;
  if (others < 1) return [];
  const sums = new Float64Array(left[0].draws.length);
  for (const { draws } of left) for (let r = 0; r < sums.length; r++) sums[r] += draws[r];
  const sum = left.reduce((total, { map }) => total + map, 0);
  // Mean of the others less the own: a contrast of one, whose rival is that mean.
  const means = left.map(({ map, draws }): Candidate => {
    const ofOthers = draws.map((own, r) => (sums[r] - own) / others);
    return { map: (sum - map) / others, draws: ofOthers };
  });
  const pairs = left.map((_, i): Pair => [i, i]);
  return exceeding({ left, rivals: means, pairs }, ALPHA.mean, look);
}

function belowOne(left: readonly Candidate[], rivals: readonly Candidate[], look: Look): Candidate[] {
  const pairs = left.flatMap((one, i) =>
    rivals.flatMap((rival, j): Pair[] => (rival === one ? [] : [[i, j]])),
  );
  return exceeding({ left, rivals, pairs }, ALPHA.single, look);
}

type Pair = readonly [left: number, rival: number];

/** Which is held against which: the first are those that may be worse. */
type Contrasts = {
  readonly left: readonly Candidate[];
  readonly rivals: readonly Candidate[];
  readonly pairs: readonly Pair[];
};

/**
 * A standard error of few images is unsure, which the draws do not show: Student's t that is exceeded as seldom as the
 * normal value (Wallace 1959; right to a hundredth however far out).
 */
function byStudent(critical: number, drawn: number): number {
  const freedom = drawn - 1;
  const scaled = (critical * (8 * freedom + 3)) / (8 * freedom + 1);
  return Math.sqrt(freedom * Math.expm1(scaled ** 2 / freedom));
}

/** Those that something is above by more than luck; the chance of any such among equals is this share of `alpha`. */
function exceeding(contrasts: Contrasts, alpha: number, { drawn, share }: Look): Candidate[] {
  const { left, rivals, pairs } = contrasts;
  const errors = moderated(pairs.map(([i, j]) => meanSquare(left[i].draws, rivals[j].draws)));
  const largest = largestRatios(contrasts, errors).sort();
  const critical = byStudent(exceeded(largest, 1 - share * alpha), drawn);
  return pairs
    .filter(([i, j], k) => errors[k] > NO_ERROR && rivals[j].map - left[i].map > critical * errors[k])
    .map(([i]) => left[i]);
}

/** The largest of all contrasts in each draw, in their standard errors. 300 checkpoints are 38,000 contrasts of 300 draws each. */
function largestRatios({ left, rivals, pairs }: Contrasts, errors: readonly number[]): Float64Array {
  const largest = new Float64Array(left[0]?.draws.length ?? 0);
  for (const [k, [i, j]] of pairs.entries()) {
    if (errors[k] > NO_ERROR) raise(largest, { of: left[i].draws, rival: rivals[j].draws, error: errors[k] });
  }
  return largest;
}

type OneContrast = { readonly of: Float64Array; readonly rival: Float64Array; readonly error: number };

function raise(largest: Float64Array, { of, rival, error }: OneContrast): void {
  const factor = 1 / error;
  for (let r = 0; r < largest.length; r++) {
    const ratio = (rival[r] - of[r]) * factor;
    if (ratio > largest[r]) largest[r] = ratio;
  }
}

function meanSquare(of: Float64Array, rival: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < of.length; r++) {
    const apart = rival[r] - of[r];
    sum += apart * apart;
  }
  return sum / of.length;
}

/**
 * Standard errors, each moved half of the way to the middle one (of their squares, as in Smyth 2004): of many errors that a
 * few images gave, the smallest are too small, and the largest of many ratios is one with such an error.
 */
function moderated(variances: readonly number[]): number[] {
  const middle = exceeded(Float64Array.from(variances).sort(), 0.5);
  return variances.map((variance) => Math.sqrt((variance + middle) / 2));
}
