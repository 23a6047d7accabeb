import type { ApRule, Scored } from '../evaluation/scored';
import {
  type ApPass,
  type ApSpace,
  classAps,
  countPositives,
  createApSpace,
  createPass,
  fillCredit,
} from '../evaluation/weighted-ap';
import { drawWeights, type ImageGroups } from './draw';
import { meanOf } from './limits';

/** Two checkpoints judged on the same images. */
export type ScoredPair = { readonly rule: ApRule; readonly a: Scored; readonly b: Scored };

/**
 * AP of each class, the mean over IoU thresholds, in replicates from..to: [replicate, class]. NaN if a draw has no
 * ground truth of the class.
 */
export type Replicates = {
  readonly from: number;
  readonly to: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
};

export type ReplicateRange = {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Images that are drawn together; absent: each by itself. */
  readonly groups?: ImageGroups | undefined;
};

/**
 * The paired bootstrap of images: each replicate draws as many images (or groups of them) as there are, with
 * replacement, and judges both checkpoints on the same draw (Everingham et al., IJCV 2015). A replicate depends on seed,
 * groups and its own number alone, so several workers may compute ranges that are then joined.
 */
export function bootstrapPair(pair: ScoredPair, { seed, from, to, groups }: ReplicateRange): Replicates {
  const { classes } = pair.a;
  const work = createWork(pair);
  const found = {
    from,
    to,
    a: new Float64Array((to - from) * classes),
    b: new Float64Array((to - from) * classes),
  };
  for (let replicate = from; replicate < to; replicate++) {
    drawWeights(work.pass.weights, { seed, replicate, groups });
    judgePair(pair, work, found, (replicate - from) * classes);
  }
  return found;
}

/**
 * AP of each class of one checkpoint in replicates from..to of the same draws, [replicate, class], so that several checkpoints
 * may be put side by side later without their detections. NaN if a draw has no ground truth of the class.
 */
export function drawnAps(
  rule: ApRule,
  scored: Scored,
  { seed, from, to, groups }: ReplicateRange,
): Float64Array {
  const work = { space: createApSpace(scored), pass: createPass(rule, new Int32Array(scored.images)) };
  const aps = new Float64Array((to - from) * scored.classes);
  for (let replicate = from; replicate < to; replicate++) {
    drawWeights(work.pass.weights, { seed, replicate, groups });
    const at = (replicate - from) * scored.classes;
    fillAps(rule, work, [{ scored, aps: aps.subarray(at, at + scored.classes) }]);
  }
  return aps;
}

/**
 * The same as mAP of each replicate.
 *
 * @internal Tests and test/statistics judge by it.
 */
export function drawnMaps(rule: ApRule, scored: Scored, range: ReplicateRange): Float64Array {
  return mapsOf([drawnAps(rule, scored, range)], scored.classes);
}

/** AP of each class of one checkpoint on the images as they are. */
export function pointAps(rule: ApRule, scored: Scored): Float64Array {
  const pass = createPass(rule, new Int32Array(scored.images).fill(1));
  const aps = new Float64Array(scored.classes);
  fillAps(rule, { space: createApSpace(scored), pass }, [{ scored, aps }]);
  return aps;
}

/** @internal test/statistics judges by it. */
export function pointMap(rule: ApRule, scored: Scored): number {
  return meanPresent(pointAps(rule, scored));
}

type ScoredModel = { readonly scored: Scored; readonly aps: Float64Array };

/** AP of each class of each of them, by the images that the pass counts: all are judged on the same. */
function fillAps(rule: ApRule, { space, pass }: ReplicateWork, judged: readonly ScoredModel[]): void {
  const [{ scored: first }] = judged;
  for (let c = 0; c < first.classes; c++) {
    const positives = countPositives(first, c, pass.weights);
    fillCredit(pass, rule, positives);
    for (const { scored, aps } of judged)
      aps[c] = positives > 0 ? meanAp(space, scored, c, pass) : Number.NaN;
  }
}

/** mAP of every replicate: the mean over the classes in its draw. */
export function mapsOf(parts: readonly Float64Array[], classes: number): Float64Array {
  const maps: number[] = [];
  for (const aps of parts) {
    for (let at = 0; at < aps.length; at += classes) maps.push(meanPresent(aps.subarray(at, at + classes)));
  }
  return Float64Array.from(maps);
}

/** mAP: the mean over the classes that a draw has. */
export function meanPresent(aps: Float64Array): number {
  return meanOf(aps.filter((ap) => !Number.isNaN(ap)));
}

/** Both checkpoints on the images as they are, as the one replicate of a range. */
export function pointEstimate(pair: ScoredPair): Replicates {
  return weightedEstimate(pair, new Int32Array(pair.a.images).fill(1));
}

/**
 * Both checkpoints with image i counted weights[i] times.
 *
 * @internal Tests compare it with images that are really duplicated.
 */
export function weightedEstimate(pair: ScoredPair, weights: Int32Array): Replicates {
  const work = createWork(pair);
  work.pass.weights.set(weights);
  const found = { from: 0, to: 1, a: new Float64Array(pair.a.classes), b: new Float64Array(pair.a.classes) };
  judgePair(pair, work, found, 0);
  return found;
}

type ReplicateWork = { readonly space: ApSpace; readonly pass: ApPass };

function createWork({ rule, a, b }: ScoredPair): ReplicateWork {
  return { space: createApSpace(a, b), pass: createPass(rule, new Int32Array(a.images)) };
}

function judgePair({ rule, a, b }: ScoredPair, work: ReplicateWork, found: Replicates, at: number): void {
  const to = at + a.classes;
  fillAps(rule, work, [
    { scored: a, aps: found.a.subarray(at, to) },
    { scored: b, aps: found.b.subarray(at, to) },
  ]);
}

function meanAp(space: ApSpace, scored: Scored, classIndex: number, pass: ApPass): number {
  classAps(space, scored, classIndex, pass);
  let sum = 0;
  for (let t = 0; t < scored.thresholds; t++) sum += space.aps[t];
  return sum / scored.thresholds;
}
