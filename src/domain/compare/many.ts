import { type Words, words } from '../../base/words';
import { compareWithBest } from './best';
import { compareRecords } from './compare-records';
import { drawnDifference, drawRecord, drawsText, type KeptDraws } from './draw-record';
import { type Limits, widened } from './limits';
import type { DetectionRecord } from './record';
import { SIDES } from './sides';
import { studentQuantile } from './student';
import { judgeDifference, type Verdict } from './verdict';

/** One of several against the baseline; the limits of all of them hold together. */
export type AgainstBaseline =
  | (Limits & {
      readonly kind: 'judged';
      readonly map: number;
      readonly verdict: Verdict;
      readonly said: readonly Words[];
    })
  | { readonly kind: 'refused'; readonly why: Words };

/**
 * Each of the others against one baseline. Of twenty equally good runs one would "differ" by a 95 % interval of its own, so the
 * intervals are those of the whole family (Bonferroni): in 95 of 100 such tables all of them hold the truth.
 */
export function compareWithBaseline(
  baseline: DetectionRecord,
  others: readonly DetectionRecord[],
): AgainstBaseline[] {
  const results = others.map((other) => compareRecords(baseline, other));
  const family = results.filter(({ kind }) => kind === 'compared').length;
  return results.map((result): AgainstBaseline => {
    if (result.kind === 'refused') return result;
    const { comparison, said } = result;
    const { map, drawn } = comparison;
    const limits = widened(comparison, map, familyWidening(family, drawn.units));
    return { kind: 'judged', map, ...limits, verdict: judgeDifference(limits), said };
  });
}

/** A checkpoint by the draws that were kept of it; those of one key are of the same draws. */
export type KeyedDraws = KeptDraws & { readonly key: string };

export const OTHER_DRAWS: Words = words(
  '{0} and {1} were not judged on the same images by the same rule',
  SIDES.a,
  SIDES.b,
);

/** The same of checkpoints whose draws were kept: masks, poses, turned boxes, classes. */
export function compareDrawsWithBaseline(
  baseline: KeyedDraws,
  others: readonly KeyedDraws[],
): AgainstBaseline[] {
  const family = others.filter(({ key }) => key === baseline.key).length;
  return others.map((other): AgainstBaseline => {
    if (other.key !== baseline.key) return { kind: 'refused', why: OTHER_DRAWS };
    const { difference: map, ...own } = drawnDifference(baseline, other);
    const limits = widened(own, map, familyWidening(family, baseline.units));
    return { kind: 'judged', map, ...limits, verdict: judgeDifference(limits), said: [] };
  });
}

const TAIL = 0.025;
const MOST_FREEDOM = 1000;

/** By what a 95 % interval is wider as one of `family` that hold together. `units`: images, or groups of them, that were drawn. */
export function familyWidening(family: number, units: number): number {
  if (family <= 1) return 1;
  const freedom = Math.max(1, Math.min(units - 1, MOST_FREEDOM));
  return studentQuantile(1 - TAIL / family, freedom) / studentQuantile(1 - TAIL, freedom);
}

/** The best of several runs, and those that cannot be told from it. */
export type BestOfMany = {
  /** Index of the highest mAP. */
  readonly best: number;
  /** Indexes, the best among them. */
  readonly undecided: readonly number[];
  readonly compared: number;
  /** By how much the best's mAP is too high in the mean, being the highest of several. */
  readonly optimism: number;
};

const REPLICATES = 500;

/** As for the checkpoints of one run (best.ts); undefined unless all were judged on the same images by the same rule. */
export function bestOfMany(records: readonly DetectionRecord[]): BestOfMany | undefined {
  const texts = new Set(records.map((record) => drawsText(record, REPLICATES)));
  if (records.length < 2 || texts.size > 1) return undefined;
  const drawn = records.map((record) => drawRecord(record, REPLICATES));
  return highestOf(drawn);
}

/** The same of checkpoints whose draws were kept. */
export function bestOfDraws(drawn: readonly KeyedDraws[]): BestOfMany | undefined {
  const keys = new Set(drawn.map(({ key }) => key));
  return drawn.length < 2 || keys.size > 1 ? undefined : highestOf(drawn);
}

function highestOf(drawn: readonly KeptDraws[]): BestOfMany {
  const candidates = drawn.map(({ map, maps }) => ({ map, draws: Float64Array.from(maps) }));
  const { best, undecided, optimism } = compareWithBest(candidates, drawn[0].units);
  return { best, undecided, optimism, compared: drawn.length };
}
