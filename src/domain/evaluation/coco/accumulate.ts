import type { CocoParams } from './input';
import { LEVEL_SHIFT } from './judge';
import type { Outcomes } from './match';

/**
 * COCOeval.eval, a plane for each area range and maxDetections: precision and scores [T, R, K] at plane area x levels +
 * level, recall [T, K]; -1 if a category has no ground truth in a range. A plane that was not requested is undefined.
 */
export type Planes = {
  readonly precision: (Float64Array | undefined)[];
  readonly scores: (Float64Array | undefined)[];
  readonly recall: (Float64Array | undefined)[];
  /** T, R, K, A, M */
  readonly shape: ArrayShape;
};
export type ArrayShape = readonly [number, number, number, number, number];

/** The arrays of one plane to fill. */
export type Wanted = 'nothing' | 'recall' | 'precision' | 'everything';

type Space = {
  readonly tally: Tally;
  readonly outcomes: Outcomes;
  readonly scores: Float64Array;
  readonly planes: Planes;
  readonly recallThresholds: Float64Array;
  /** True positives needed to reach each recall threshold. */
  readonly needed: Uint32Array;
};

type AccumulatedCell = { readonly category: number; readonly positives: number; readonly plane: number };

/** COCOeval.accumulate, of the planes that `wanted` names. */
export function accumulate(
  outcomes: Outcomes,
  scores: Float64Array,
  params: CocoParams,
  wanted: readonly Wanted[],
): Planes {
  const categories = outcomes.rankingStart.length - 1;
  const [areas, levels] = [params.areas.length, params.maxDetections.length];
  const { recallThresholds, iouThresholds } = params;
  const shape = [iouThresholds.length, recallThresholds.length, categories, areas, levels] as const;
  const needed = new Uint32Array(recallThresholds.length);
  const tally = createTally(outcomes, iouThresholds.length, areas);
  const space = { tally, outcomes, scores, planes: emptyPlanes(shape, wanted), recallThresholds, needed };
  for (let category = 0; category < categories; category++) fillCategory(space, category, wanted);
  return space.planes;
}

function emptyPlanes(shape: ArrayShape, wanted: readonly Wanted[]): Planes {
  const [t, r, k] = shape;
  const plane = (length: number): Float64Array => new Float64Array(length).fill(-1);
  return {
    precision: wanted.map((what) => (what === 'nothing' || what === 'recall' ? undefined : plane(t * r * k))),
    scores: wanted.map((what) => (what === 'everything' ? plane(t * r * k) : undefined)),
    recall: wanted.map((what) => (what === 'nothing' ? undefined : plane(t * k))),
    shape,
  };
}

function fillCategory(space: Space, category: number, wanted: readonly Wanted[]): void {
  const { outcomes, planes, tally } = space;
  const [, , , areas, levels] = planes.shape;
  loadCategory(tally, category);
  for (let plane = 0; plane < wanted.length; plane++) {
    const area = Math.floor(plane / levels);
    const positives = outcomes.positives[category * areas + area];
    if (wanted[plane] === 'nothing' || positives === 0) continue;
    countRanked(tally, area, plane % levels);
    fillPlane(space, { category, positives, plane });
  }
}

function fillPlane(space: Space, cell: AccumulatedCell): void {
  const { planes, tally } = space;
  const [thresholds, , categories] = planes.shape;
  const recall = planes.recall[cell.plane];
  const precision = planes.precision[cell.plane];
  const scores = planes.scores[cell.plane];
  if (precision !== undefined) fillNeeded(space, cell.positives);
  for (let t = 0; t < thresholds; t++) {
    // No detections at all leave recall 0, which is also the result of no hits.
    if (recall) recall[t * categories + cell.category] = tally.hits[t] / cell.positives;
    if (precision) samplePrecision(space, cell, t, precision);
    if (scores) sampleScores(space, cell, t, scores);
  }
}

/** searchsorted(recall, thresholds, 'left'), recall being k/positives after the k-th true positive. */
function fillNeeded({ needed, recallThresholds }: Space, positives: number): void {
  let k = 0;
  for (let r = 0; r < recallThresholds.length; r++) {
    while (k / positives < recallThresholds[r] && k <= positives) k++;
    needed[r] = k;
  }
}

/** The envelope of precision at each recall threshold; 0 if recall is not reached. */
function samplePrecision(space: Space, cell: AccumulatedCell, t: number, precision: Float64Array): void {
  const { needed } = space;
  const { precisions, hits, stride } = space.tally;
  const [, recalls, categories] = space.planes.shape;
  const base = t * stride;
  const reached = hits[t];
  envelope(precisions, base, reached);
  let at = t * recalls * categories + cell.category;
  for (let r = 0; r < recalls; r++, at += categories) {
    // Recall 0 is reached by the first detection; the best precision of any counts there.
    const k = needed[r] === 0 ? 1 : needed[r];
    precision[at] = k <= reached ? precisions[base + k - 1] : 0;
  }
}

function envelope(values: Float64Array, start: number, count: number): void {
  for (let i = start + count - 2; i >= start; i--) if (values[i + 1] > values[i]) values[i] = values[i + 1];
}

/**
 * The score of the detection that reaches each recall threshold; the first one reaches recall 0, true positive or not.
 */
function sampleScores(space: Space, cell: AccumulatedCell, t: number, scores: Float64Array): void {
  const { needed, outcomes } = space;
  const { ranks, hits, stride, count } = space.tally;
  const [, recalls, categories] = space.planes.shape;
  const start = outcomes.rankingStart[cell.category];
  let at = t * recalls * categories + cell.category;
  for (let r = 0; r < recalls; r++, at += categories) {
    const reached = needed[r] <= hits[t] && count > 0;
    const rank = needed[r] === 0 ? 0 : ranks[t * stride + needed[r] - 1];
    scores[at] = reached ? space.scores[outcomes.ranking[start + rank]] : 0;
  }
}

/** np.spacing(1): keeps 0/0 away, and makes a lone perfect match's precision 1 - 2^-52. */
const EPSILON = 2 ** -52;

/** Counts over the ranking of one category. Per threshold arrays of true positives are `stride` apart. */
type Tally = {
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

function createTally(outcomes: Outcomes, thresholds: number, areas: number): Tally {
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
function loadCategory(tally: Tally, category: number): void {
  const { codes, outcomes } = tally;
  const { code, ranking, rankingStart } = outcomes;
  const start = rankingStart[category];
  tally.count = rankingStart[category + 1] - start;
  for (let i = 0; i < tally.count; i++) codes[i] = code[ranking[start + i]];
}

/** Goes through the ranking once for all thresholds, recording precision at the true positives only. */
function countRanked(tally: Tally, area: number, level: number): void {
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
