import { ULTRALYTICS_AP } from '../evaluation/scored';
import { matchUltralytics, REPORTED_MATCHING } from '../evaluation/ultralytics/match';
import { groupsOf } from './grouping';
import { type Limits, percentileLimits, shareBelow } from './limits';
import type { DetectionRecord } from './record';
import { drawnAps, mapsOf, meanPresent, pointAps } from './replicates';
import { unitsOf, widened, wideningOf } from './small-classes';

/** What is kept of a checkpoint to compare it later: its mAP, and its mAP on each draw of the val set. */
export type DrawnRecord = {
  readonly map: number;
  readonly maps: Float64Array;
  /** Images, or groups of them, in one draw. */
  readonly units: number;
  /** By what limits must be wider, for the classes of few images (small-classes.ts). */
  readonly widening: number;
};

const SEED = 0;

/** The seed is one for all: checkpoints of one val set, judged by one rule, are judged on the same draws. */
export function drawRecord({ header, detections, truth }: DetectionRecord, replicates: number): DrawnRecord {
  const groups = groupsOf(header);
  const scored = matchUltralytics(truth, detections, header.rule.matching ?? REPORTED_MATCHING);
  const aps = drawnAps(ULTRALYTICS_AP, scored, { seed: SEED, from: 0, to: replicates, groups });
  const point = pointAps(ULTRALYTICS_AP, scored);
  // Against one that finds nothing: how much the classes of few images vary is nearly the same whatever it is compared with.
  const nothing = aps.map((ap) => (Number.isNaN(ap) ? ap : 0));
  const parts = [{ from: 0, to: replicates, a: nothing, b: aps }];
  return {
    map: meanPresent(point),
    maps: mapsOf([aps], scored.classes),
    units: groups?.count ?? header.images,
    widening: wideningOf(parts, { differences: point, units: unitsOf(scored, groups) }),
  };
}

/** What tells the draws of one record from those of another: equal texts, same draws. The image size may differ. */
export function drawsText({ header }: DetectionRecord, replicates: number): string {
  const { imgsz: _, ...rule } = header.rule;
  return JSON.stringify([
    header.fingerprint,
    header.classes,
    rule,
    SEED,
    replicates,
    groupsOf(header)?.of ?? 'image',
  ]);
}

export type DrawnDifference = Limits & { readonly difference: number; readonly probabilityBetter: number };

/** The second minus the first, both on the same draws; limits are 95 %. */
export function drawnDifference(a: DrawnRecord, b: DrawnRecord): DrawnDifference {
  const differences = b.maps.map((map, i) => map - a.maps[i]).filter((value) => !Number.isNaN(value));
  const difference = b.map - a.map;
  const limits = percentileLimits(differences, a.units);
  return {
    difference,
    ...widened(limits, difference, (a.widening + b.widening) / 2),
    probabilityBetter: 1 - shareBelow(differences, 0),
  };
}
