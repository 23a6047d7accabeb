import type { ApRule, Scored } from './scored';

/** How often each image counts. */
export type Weights = Int32Array;

/** Work space of classAps; it fits every Scored it was made for. */
export type ApSpace = {
  /** AP per threshold of the class done last. */
  readonly aps: Float64Array;
  /** Per threshold, weighted: true positives, and those of the counted that are ignored. */
  readonly hits: Int32Array;
  readonly ignored: Int32Array;
  /** Per threshold, `stride` apart: the number of true positives so far, and precision and their count at each. */
  readonly places: Int32Array;
  readonly precision: Float64Array;
  readonly reached: Int32Array;
  readonly stride: number;
};

export function createApSpace(...all: readonly Scored[]): ApSpace {
  const thresholds = Math.max(...all.map((scored) => scored.thresholds));
  const stride = Math.max(1, ...all.map(longestClass));
  return {
    aps: new Float64Array(thresholds),
    hits: new Int32Array(thresholds),
    ignored: new Int32Array(thresholds),
    places: new Int32Array(thresholds),
    precision: new Float64Array(thresholds * stride),
    reached: new Int32Array(thresholds * stride),
    stride,
  };
}

/** Number of ranks of the largest class. */
function longestClass({ start }: Scored): number {
  let longest = 0;
  for (let c = 1; c < start.length; c++) longest = Math.max(longest, start[c] - start[c - 1]);
  return longest;
}

/** Ground truths of a class, each counted as often as its image. */
export function countPositives(
  { truthStart, truthImage }: Scored,
  classIndex: number,
  weights: Weights,
): number {
  let positives = 0;
  for (let i = truthStart[classIndex]; i < truthStart[classIndex + 1]; i++)
    positives += weights[truthImage[i]];
  return positives;
}

/**
 * AP of a class at every threshold, into space.aps. Counting image i weights[i] times in the ranking equals the rule
 * on images duplicated that often, the copies of a detection next to each other: among copies of a true positive
 * precision rises, so the envelope at the first copy is that of the last.
 */
export function classAps(space: ApSpace, scored: Scored, classIndex: number, pass: ApPass): void {
  rank(space, scored, classIndex, pass);
  for (let t = 0; t < scored.thresholds; t++) space.aps[t] = areaUnder(space, t, pass.credit);
}

/** `credit` is for the positives of this class. */
export type ApPass = { readonly weights: Weights; readonly epsilon: number; credit: Float64Array };

export function createPass(rule: ApRule, weights: Weights): ApPass {
  return { weights, epsilon: rule.epsilon, credit: new Float64Array(1) };
}

/** Prepares the pass for a class of so many positives. */
export function fillCredit(pass: ApPass, rule: ApRule, positives: number): void {
  if (positives >= pass.credit.length) pass.credit = new Float64Array(2 * positives + 1);
  rule.fillCredit(pass.credit, positives);
}

function rank(space: ApSpace, scored: Scored, classIndex: number, { weights, epsilon }: ApPass): void {
  const { start, image, hit, ignored } = scored;
  space.hits.fill(0);
  space.ignored.fill(0);
  space.places.fill(0);
  let total = 0;
  for (let i = start[classIndex]; i < start[classIndex + 1]; i++) {
    const weight = weights[image[i]];
    total += weight;
    if ((hit[i] | ignored[i]) === 0 || weight === 0) continue;
    for (let bits = ignored[i]; bits !== 0; bits &= bits - 1) space.ignored[lowestBit(bits)] += weight;
    for (let bits = hit[i]; bits !== 0; bits &= bits - 1)
      note(space, lowestBit(bits), weight, total + epsilon);
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function note(space: ApSpace, t: number, weight: number, total: number): void {
  const hits = space.hits[t] + weight;
  const at = t * space.stride + space.places[t]++;
  space.hits[t] = hits;
  space.reached[at] = hits;
  space.precision[at] = hits / (total - space.ignored[t]);
}

/** Sums the envelope from the right, each true positive with the credit of the recalls that it is the first to reach. */
function areaUnder({ places, precision, reached, stride }: ApSpace, t: number, credit: Float64Array): number {
  const first = t * stride;
  let best = 0;
  let sum = 0;
  for (let i = first + places[t] - 1; i >= first; i--) {
    if (precision[i] > best) best = precision[i];
    sum += best * (credit[reached[i]] - (i === first ? 0 : credit[reached[i - 1]]));
  }
  return sum;
}
