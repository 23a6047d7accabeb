import type { Words } from '../../base/words';
import { UNNAMED_MATCHING } from '../evaluation/ultralytics/match';
import { type CompareOptions, type Comparison, compareDetections } from './compare';
import { bringToOneFooting, type Refused } from './footing';
import { commonGroups } from './grouping';
import type { DetectionRecord } from './record';

export type ComparedRecords = {
  readonly kind: 'compared';
  readonly comparison: Comparison;
  /** Names of the classes both were judged by. */
  readonly classes: readonly string[];
  /** What differed and was brought to one basis. */
  readonly said: readonly Words[];
};

/** Is the second better than the first? Every comparison of two checkpoints is made here. */
export function compareRecords(
  first: DetectionRecord,
  second: DetectionRecord,
  options: CompareOptions = {},
): ComparedRecords | Refused {
  const footing = bringToOneFooting(first, second);
  if (footing.kind === 'refused') return footing;
  const { truth, a, b, classes, said } = footing;
  // The matching that both reports followed; if they differ, the standard one.
  const [one, other] = [first, second].map(({ header }) => header.rule.matching ?? UNNAMED_MATCHING);
  const matching = one === other ? { matching: one } : {};
  const comparison = compareDetections(truth, a.detections, b.detections, {
    ...matching,
    groups: commonGroups(a.header, b.header),
    ...options,
  });
  return { kind: 'compared', comparison, classes, said };
}
