import { type Scored, ULTRALYTICS_AP } from '../evaluation/scored';
import { matchUltralytics, REPORTED_MATCHING } from '../evaluation/ultralytics/match';
import { drawWeights, type ImageGroups } from './draw';
import { groupsOf } from './grouping';
import { holding, type Limits, settled, shareBetter, wideLimits } from './limits';
import type { DetectionRecord } from './record';
import { drawnAps, meanPresent, pointAps } from './replicates';
import { labelledUnits, unitsOf, wideMaps } from './small-classes';

/** What is kept of a checkpoint to compare it later: its mAP, and its mAP on each draw of the val set. */
export type DrawnRecord = {
  readonly map: number;
  /** As wide as classes of few images need it (small-classes.ts). */
  readonly maps: Float64Array;
  /** Images, or groups of them, that have labels. */
  readonly units: number;
};

const SEED = 0;
/** Of how draws are made: those of other versions are not comparable. */
const VERSION = 3;

/** The seed is one for all: checkpoints of one val set, judged by one rule, are judged on the same draws. */
export function drawRecord({ header, detections, truth }: DetectionRecord, replicates: number): DrawnRecord {
  const scored = matchUltralytics(truth, detections, header.rule.matching ?? REPORTED_MATCHING);
  return drawScored(scored, replicates, groupsOf(header));
}

/** The same of detections that are matched already, whatever they are: masks, poses, turned boxes. */
export function drawScored(scored: Scored, replicates: number, groups?: ImageGroups): DrawnRecord {
  const aps = drawnAps(ULTRALYTICS_AP, scored, { seed: SEED, from: 0, to: replicates, groups });
  const point = pointAps(ULTRALYTICS_AP, scored);
  return {
    map: meanPresent(point),
    maps: wideMaps([aps], { point, units: unitsOf(scored, groups) }),
    units: labelledUnits(scored, groups),
  };
}

/** The same of shares: image i counts `values[i]`, as a class that is right or wrong. */
export function drawMeans(values: ArrayLike<number>, replicates: number): DrawnRecord {
  const weights = new Int32Array(values.length);
  const mean = (): number => {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i] * values[i];
    return sum / weights.length;
  };
  weights.fill(1);
  const map = mean();
  const maps = Float64Array.from({ length: replicates }, (_, replicate) => {
    drawWeights(weights, { seed: SEED, replicate });
    return mean();
  });
  return { map, maps, units: values.length };
}

/** What tells the draws of one record from those of another: equal texts, same draws. The image size may differ. */
export function drawsText({ header }: DetectionRecord, replicates: number): string {
  const { imgsz: _, ...rule } = header.rule;
  return JSON.stringify([
    VERSION,
    header.fingerprint,
    header.classes,
    rule,
    SEED,
    replicates,
    groupsOf(header)?.of ?? 'image',
  ]);
}

/** The same as computed, or as read from a file. */
export type KeptDraws = Omit<DrawnRecord, 'maps'> & { readonly maps: ArrayLike<number> };

export type DrawnDifference = Limits & { readonly difference: number; readonly probabilityBetter: number };

/** The second minus the first, both on the same draws; limits are 95 %. */
export function drawnDifference(a: KeptDraws, b: KeptDraws): DrawnDifference {
  const differences = Float64Array.from(b.maps, (map, i) => settled(map - a.maps[i])).filter(
    (value) => !Number.isNaN(value),
  );
  const difference = settled(b.map - a.map);
  return {
    difference,
    ...holding(wideLimits(differences, a.units), difference),
    probabilityBetter: shareBetter(differences, a.units),
  };
}
