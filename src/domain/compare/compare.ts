import { toCocoDetections, toCocoGroundTruth } from '../evaluation/coco/columns';
import { scoreCoco } from '../evaluation/coco/scored';
import { COCO_AP, ULTRALYTICS_AP } from '../evaluation/scored';
import type { Detections, GroundTruth } from '../evaluation/types';
import { type MatchingRule, matchUltralytics, REPORTED_MATCHING } from '../evaluation/ultralytics/match';
import type { GroupedBy, Grouping } from './grouping';
import {
  biasCorrectedLimits,
  deviationOf,
  holding,
  type Limits,
  meanOf,
  percentileLimits,
  settled,
  shareBetter,
  wideLimits,
} from './limits';
import { classVerdicts } from './per-class';
import { bootstrapPair, meanPresent, pointEstimate, type Replicates, type ScoredPair } from './replicates';
import { type ClassUnits, countUnits, imagesWith, labelledUnits, unitsOf, wideMaps } from './small-classes';
import type { Verdict } from './verdict';
import { type ComparisonWarning, comparisonWarnings } from './warnings';

export type CompareOptions = {
  /** 1000 by default. */
  readonly replicates?: number;
  /** 0 by default; the same seed gives the same draws for every pair on the same val set. */
  readonly seed?: number;
  /** The matching whose mAP is compared: that of the reports by default. */
  readonly rule?: 'ultralytics' | 'coco';
  /** Of the rule `ultralytics`: the matching that the reports of both followed. */
  readonly matching?: MatchingRule;
  /** Images that are drawn together; absent: each by itself. */
  readonly groups?: Grouping | undefined;
};

/** Limits are 95 %; of fewer than five images, or groups, with labels -1 and 1: nothing is known. */
export type Comparison = Limits & {
  /** mAP of b minus that of a; low and high are its percentile limits. */
  readonly map: number;
  /** Share of the draws in which b is better; draws without a difference count half. Of too few images one half. */
  readonly probabilityBetter: number;
  /** Mean of the replicates minus the estimate. */
  readonly bias: number;
  readonly a: MapEstimate;
  readonly b: MapEstimate;
  /** Classes with ground truth. */
  readonly perClass: readonly ClassComparison[];
  readonly warnings: readonly ComparisonWarning[];
  readonly replicates: number;
  readonly seed: number;
  readonly drawn: DrawnUnits;
  readonly rule: 'ultralytics' | 'coco';
};

/** What a replicate draws: images, or groups of images that show the same scene. */
export type DrawnUnits = {
  readonly by: GroupedBy;
  readonly units: number;
  /** How many times the variance of the difference is that of single images: what images of a group have in common. */
  readonly designEffect: number;
};

/**
 * One checkpoint by itself. mAP on few images is biased upwards, `bias` is shown, and limits are bias-corrected: nominal 95 %
 * ones, which held the truth of .90 to .92 of val sets (6 and 20 classes, 128 and 300 images; shifted by two to four times the
 * bias they hold no more). They are therefore called 90 %. Of fewer than five images there are none (NaN).
 */
export type MapEstimate = Limits & { readonly map: number; readonly bias: number };

export type ClassComparison = Limits & {
  readonly class: number;
  readonly images: number;
  readonly labels: number;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  readonly probabilityBetter: number;
  /** Corrected for the number of classes; `neither` below four labels or five images (or groups). */
  readonly verdict: Verdict;
};

const REPLICATES = 1000;

/** Is b better than a? Both detected on the images of the same ground truth; a paired bootstrap over images. */
export function compareDetections(
  groundTruth: GroundTruth,
  a: Detections,
  b: Detections,
  options: CompareOptions = {},
): Comparison {
  const { replicates = REPLICATES, seed = 0 } = options;
  const { rule = 'ultralytics', matching } = options;
  const pair = preparePair(groundTruth, a, b, rule === 'coco' || !matching ? rule : { matching });
  const { groups } = options;
  const parts = [bootstrapPair(pair, { seed, from: 0, to: replicates, groups })];
  return concludeComparison(pair, parts, seed, groups);
}

/** The matching that both are judged by: that of the reports unless they differ. */
export type PairRule = 'ultralytics' | 'coco' | { readonly matching: MatchingRule };

/** Judges both checkpoints once; every replicate only reweights what was judged. */
export function preparePair(
  groundTruth: GroundTruth,
  a: Detections,
  b: Detections,
  how: PairRule = 'ultralytics',
): ScoredPair {
  if (how !== 'coco') {
    const matching = how === 'ultralytics' ? REPORTED_MATCHING : how.matching;
    const judge = (found: Detections) => matchUltralytics(groundTruth, found, matching);
    return { rule: ULTRALYTICS_AP, a: judge(a), b: judge(b) };
  }
  const truth = toCocoGroundTruth(groundTruth);
  const judge = (found: Detections) => scoreCoco(truth, toCocoDetections(found));
  return { rule: COCO_AP, a: judge(a), b: judge(b) };
}

/** Puts together the replicates that bootstrapPair gave, of any ranges. */
export function concludeComparison(
  pair: ScoredPair,
  parts: readonly Replicates[],
  seed: number,
  groups?: Grouping,
): Comparison {
  const point = pointEstimate(pair);
  const units = unitsOf(pair.a, groups);
  const drawn = labelledUnits(pair.a, groups);
  const [a, b] = drawnMapsOf(parts, { point, units });
  const differences = b
    .map((map, i) => settled(map - a[i]))
    .filter((difference) => !Number.isNaN(difference));
  const [mapA, mapB] = [meanPresent(point.a), meanPresent(point.b)];
  const map = settled(mapB - mapA);
  return {
    map,
    ...holding(wideLimits(differences, drawn), map),
    probabilityBetter: shareBetter(differences, drawn),
    bias: meanOf(differences) - map,
    a: mapEstimate(a, mapA, drawn),
    b: mapEstimate(b, mapB, drawn),
    perClass: compareClasses(pair, parts, { point, groups }),
    warnings: comparisonWarnings(pair.a, parts, groups),
    replicates: a.length,
    seed,
    drawn: drawnOf(pair, { seed, groups }, differences),
    rule: pair.rule.name,
  };
}

type PairPoints = { readonly point: Replicates; readonly units: ClassUnits };

/** mAP of both in every draw. */
function drawnMapsOf(
  parts: readonly Replicates[],
  { point, units }: PairPoints,
): [Float64Array, Float64Array] {
  return [
    wideMaps(
      parts.map(({ a }) => a),
      { point: point.a, units },
    ),
    wideMaps(
      parts.map(({ b }) => b),
      { point: point.b, units },
    ),
  ];
}

function mapEstimate(maps: Float64Array, map: number, drawn: number): MapEstimate {
  const known = maps.filter((value) => !Number.isNaN(value));
  return { map, bias: meanOf(known) - map, ...biasCorrectedLimits(known, map, drawn) };
}

/** Draws of single images that tell how much wider the draws of groups are. */
const SINGLE_DRAWS = 200;

type DrawnHow = { readonly seed: number; readonly groups: Grouping | undefined };

function drawnOf(pair: ScoredPair, { seed, groups }: DrawnHow, grouped: Float64Array): DrawnUnits {
  if (!groups) return { by: 'image', units: pair.a.images, designEffect: 1 };
  const alone = bootstrapPair(pair, { seed, from: 0, to: SINGLE_DRAWS });
  const [a, b] = drawnMapsOf([alone], { point: pointEstimate(pair), units: unitsOf(pair.a, undefined) });
  const single = deviationOf(b.map((map, i) => map - a[i]).filter((difference) => !Number.isNaN(difference)));
  const designEffect = single > 0 ? (deviationOf(grouped) / single) ** 2 : 1;
  return { by: groups.by, units: groups.count, designEffect };
}

type ForClasses = { readonly point: Replicates; readonly groups: Grouping | undefined };

function compareClasses(
  pair: ScoredPair,
  parts: readonly Replicates[],
  { point, groups }: ForClasses,
): ClassComparison[] {
  const { classes, truthStart } = pair.a;
  const present = Array.from({ length: classes }, (_, c) => c).filter(
    (c) => truthStart[c + 1] > truthStart[c],
  );
  const rows = present.map((c) => {
    const differences = Float64Array.from(parts.flatMap((part) => classDifferences(part, c, classes)));
    const images = new Set(imagesWith(pair.a, c)).size;
    const units = countUnits(imagesWith(pair.a, c), groups);
    const difference = settled(point.b[c] - point.a[c]);
    return {
      class: c,
      images,
      labels: truthStart[c + 1] - truthStart[c],
      a: point.a[c],
      b: point.b[c],
      difference,
      ...holding(percentileLimits(differences, units), difference),
      probabilityBetter: shareBetter(differences, units),
      error: deviationOf(differences),
      units,
    };
  });
  const verdicts = classVerdicts(rows);
  return rows.map(({ error: _, units: _units, ...row }, i) => ({ ...row, verdict: verdicts[i] }));
}

/** Of the draws that contain the class. */
function classDifferences({ a, b }: Replicates, classIndex: number, classes: number): number[] {
  const differences: number[] = [];
  for (let at = classIndex; at < a.length; at += classes) {
    if (!Number.isNaN(a[at])) differences.push(settled(b[at] - a[at]));
  }
  return differences;
}
