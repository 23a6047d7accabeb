import { LEVEL_SHIFT } from './judge';
import type { Outcomes } from './match';

/** np.spacing(1): keeps 0/0 away, and makes a lone perfect match's precision 1 - 2^-52. */
const EPSILON = 2 ** -52;

/** Counts over the ranking of one category. Per threshold arrays of true positives are `stride` apart. */
export type Tally = {
  readonly outcomes: Outcomes;
  readonly areas: number;
  /** Codes of the category in rank order, `count` of them. */
  readonly codes: Int32Array;
  count: number;
  /** Per threshold: true positives, and detections that were counted but are ignored there. */
  readonly hits: Int32Array;
  readonly ignored: Int32Array;
  /** Precision at each true positive, and its rank. */
  readonly precisions: Float64Array;
  readonly ranks: Int32Array;
  readonly stride: number;
};

export function createTally(outcomes: Outcomes, thresholds: number, areas: number): Tally {
  const { positives, rankingStart } = outcomes;
  const stride = largest(positives, 0) + 1;
  const sizes = rankingStart.map((start, k) => (k === 0 ? 0 : start - rankingStart[k - 1]));
  return {
    outcomes,
    areas,
    codes: new Int32Array(largest(sizes, 0)),
    count: 0,
    hits: new Int32Array(thresholds),
    ignored: new Int32Array(thresholds),
    precisions: new Float64Array(thresholds * stride),
    ranks: new Int32Array(thresholds * stride),
    stride,
  };
}

function largest(values: Uint32Array, least: number): number {
  return values.reduce((most, value) => Math.max(most, value), least);
}

/** Collects the codes of a category. */
export function loadCategory(tally: Tally, category: number): void {
  const { codes, outcomes } = tally;
  const { code, ranking, rankingStart } = outcomes;
  const start = rankingStart[category];
  tally.count = rankingStart[category + 1] - start;
  for (let i = 0; i < tally.count; i++) codes[i] = code[ranking[start + i]];
}

/** Goes through the ranking once for all thresholds, recording precision at the true positives only. */
export function countRanked(tally: Tally, area: number, level: number): void {
  const { codes, count } = tally;
  const limit = (level + 1) << LEVEL_SHIFT;
  tally.hits.fill(0);
  tally.ignored.fill(0);
  let counted = 0;
  for (let i = 0; i < count; i++) {
    const code = codes[i];
    if (code < 0) counted += admits(tally, ~code, level) ? countMatched(tally, i, area, counted) : 0;
    else if (code < limit) counted += ((code >> area) & 1) ^ 1;
  }
}

function admits({ outcomes }: Tally, slot: number, level: number): boolean {
  return outcomes.level[slot] <= level;
}

/** Returns the 1 by which the detection is counted; thresholds that ignore it are recorded apart. */
function countMatched(tally: Tally, rank: number, area: number, counted: number): number {
  const { outcomes, hits, ignored, precisions, ranks, stride } = tally;
  const place = ~tally.codes[rank] * tally.areas + area;
  for (let bits = outcomes.ignored[place]; bits !== 0; bits &= bits - 1) ignored[lowestBit(bits)]++;
  for (let bits = outcomes.hit[place]; bits !== 0; bits &= bits - 1) {
    const t = lowestBit(bits);
    const at = t * stride + hits[t]++;
    precisions[at] = hits[t] / (counted + 1 - ignored[t] + EPSILON);
    ranks[at] = rank;
  }
  return 1;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
