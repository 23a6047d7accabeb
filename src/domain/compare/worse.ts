import { exceeded } from './limits';

/** A checkpoint as the others of its run see it: its mAP, and its mAP on each of the draws that all were judged on (draw.ts). */
export type Candidate = { readonly map: number; readonly draws: Float64Array };

/** What one is held against: how much higher that is, by the mAPs and in each draw (centred). */
type Contrast = {
  readonly of: Candidate;
  readonly above: number;
  readonly at: (draw: number) => number;
};

/** Chance that any of several equally good ones is called worse, by the mean of the others and by any single one. */
const ALPHA = { mean: 0.08, single: 0.01 };
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
 * bootstrap. `drawn`: images, or groups of them, in one replicate.
 */
export function worseOnes(candidates: readonly Candidate[], drawn: number): ReadonlySet<Candidate> {
  const worse = new Set<Candidate>();
  for (let found = candidates.length; found > 0; ) {
    const left = candidates.filter((one) => !worse.has(one));
    const rivals = left.toSorted((a, b) => b.map - a.map).slice(0, MOST_COMPARED);
    const lower = [
      ...exceeding(againstMean(left), ALPHA.mean, drawn),
      ...exceeding(againstEach(left, rivals), ALPHA.single, drawn),
    ];
    for (const one of lower) worse.add(one);
    found = lower.length;
  }
  return worse;
}

function againstEach(left: readonly Candidate[], rivals: readonly Candidate[]): Contrast[] {
  return left.flatMap((of) =>
    rivals
      .filter((rival) => rival !== of)
      .map(({ map, draws }) => ({ of, above: map - of.map, at: (r) => draws[r] - of.draws[r] })),
  );
}

/** The mean of all others, not of the highest: that would be a selected one, and too high. */
function againstMean(left: readonly Candidate[]): Contrast[] {
  const others = left.length - 1;
  if (others < 1) return [];
  const length = left[0].draws.length;
  const sums = Float64Array.from({ length }, (_, r) => left.reduce((sum, { draws }) => sum + draws[r], 0));
  const sum = left.reduce((total, { map }) => total + map, 0);
  return left.map((of) => {
    const above = (sum - of.map) / others - of.map;
    return { of, above, at: (r) => (sums[r] - of.draws[r]) / others - of.draws[r] };
  });
}

/**
 * A standard error of few images is unsure, which the draws do not show: Student's t that is exceeded as seldom as the
 * normal value (Wallace 1959; right to a hundredth however far out).
 */
function byStudent(critical: number, drawn: number): number {
  if (drawn < 2) return critical;
  const freedom = drawn - 1;
  const scaled = (critical * (8 * freedom + 3)) / (8 * freedom + 1);
  return Math.sqrt(freedom * Math.expm1(scaled ** 2 / freedom));
}

/** Those that something is above by more than luck; the chance of any such among equals is `alpha`. */
function exceeding(contrasts: readonly Contrast[], alpha: number, drawn: number): Candidate[] {
  const draws = contrasts[0]?.of.draws.length ?? 0;
  const errors = moderated(contrasts.map(({ at }) => meanSquare(at, draws)));
  const sure = contrasts
    .map((one, i) => ({ ...one, error: errors[i] }))
    .filter(({ error }) => error > NO_ERROR);
  const largest = Float64Array.from({ length: draws }, (_, r) =>
    sure.reduce((top, { at, error }) => Math.max(top, at(r) / error), 0),
  );
  const critical = byStudent(exceeded(largest.sort(), 1 - alpha), drawn);
  return sure.filter(({ above, error }) => above > critical * error).map(({ of }) => of);
}

function meanSquare(at: Contrast['at'], draws: number): number {
  let sum = 0;
  for (let r = 0; r < draws; r++) sum += at(r) ** 2;
  return sum / draws;
}

/**
 * Standard errors, each moved half of the way to the middle one (of their squares, as in Smyth 2004): of many errors that a
 * few images gave, the smallest are too small, and the largest of many ratios is one with such an error.
 */
function moderated(variances: readonly number[]): number[] {
  const middle = exceeded(Float64Array.from(variances).sort(), 0.5);
  return variances.map((variance) => Math.sqrt((variance + middle) / 2));
}
