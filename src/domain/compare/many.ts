import { type Words, words } from '../../base/words';
import { optimismAmong } from './best';
import { compareRecords } from './compare-records';
import { drawnDifference, drawRecord, drawsText, type KeptDraws } from './draw-record';
import { isUnknown, type Limits, ROUNDING, widened } from './limits';
import type { DetectionRecord } from './record';
import { drawsSentence, groundSentence } from './sentences';
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
      /** On what ground, and what makes it less sure than its interval says. */
      readonly ground: Words;
      readonly warnings: readonly Words[];
      /** The same as one pair alone, and how many hold together above. */
      readonly own: Limits;
      readonly family: number;
    })
  | { readonly kind: 'refused'; readonly why: Words };

/**
 * Each of the others against one baseline. Of twenty equally good runs one would "differ" by a 95 % interval of its own, so the
 * intervals are those of the whole family (Bonferroni): in 95 of 100 such tables all of them hold the truth. `chosenFrom`: how many
 * the others were chosen from, if more than are compared.
 */
export function compareWithBaseline(
  baseline: DetectionRecord,
  others: readonly DetectionRecord[],
  chosenFrom = 0,
): AgainstBaseline[] {
  const results = others.map((other) => compareRecords(baseline, other));
  const family = Math.max(chosenFrom, results.filter(({ kind }) => kind === 'compared').length);
  return results.map((result): AgainstBaseline => {
    if (result.kind === 'refused') return result;
    const { comparison, said } = result;
    const { map, drawn } = comparison;
    const limits = widened(comparison, map, familyWidening(family, drawn.units));
    const ground = groundSentence(comparison);
    const warnings = comparison.warnings.map((warning) => warning.said);
    const verdict = judgeDifference(limits);
    return { kind: 'judged', map, ...limits, verdict, said, ground, warnings, own: comparison, family };
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
  chosenFrom = 0,
): AgainstBaseline[] {
  const family = Math.max(chosenFrom, others.filter(({ key }) => key === baseline.key).length);
  return others.map((other): AgainstBaseline => {
    if (other.key !== baseline.key) return { kind: 'refused', why: OTHER_DRAWS };
    const { difference: map, ...own } = drawnDifference(baseline, other);
    const limits = widened(own, map, familyWidening(family, baseline.units));
    const verdict = judgeDifference(limits);
    const ground = drawsSentence(baseline.maps.length, baseline.units);
    return { kind: 'judged', map, ...limits, verdict, said: [], ground, warnings: [], own, family };
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

/** Limits of each run less the baseline, in the order of the runs; of the baseline itself 0 and 0. */
export type TableLimits = readonly (Limits & { readonly map: number })[];

/** Undefined unless all were judged on the same images by the same rule, and on enough of them. */
export function bestOfMany(
  records: readonly DetectionRecord[],
  table: TableLimits | undefined,
): BestOfMany | undefined {
  const texts = new Set(records.map((record) => drawsText(record, REPLICATES)));
  if (!table || records.length < 2 || texts.size > 1 || table.some(isUnknown)) return undefined;
  return highestOf(
    records.map((record) => drawRecord(record, REPLICATES)),
    table,
  );
}

/** The same of checkpoints whose draws were kept. */
export function bestOfDraws(
  drawn: readonly KeyedDraws[],
  table: TableLimits | undefined,
): BestOfMany | undefined {
  const keys = new Set(drawn.map(({ key }) => key));
  const isKnown = table && drawn.length > 1 && keys.size === 1 && !table.some(isUnknown);
  return isKnown ? highestOf(drawn, table) : undefined;
}

/**
 * By the limits of the table alone, so that the two never contradict each other (a test of its own did in a tenth of tables of small
 * gains). They hold together: the best there really is has at least the highest lower limit, and what has its upper limit below
 * that is worse.
 */
function highestOf(drawn: readonly KeptDraws[], table: TableLimits): BestOfMany {
  const best = table.reduce((top, { map }, i) => (map >= table[top].map ? i : top), 0);
  const sure = Math.max(...table.map(({ low }) => low)) - ROUNDING;
  const undecided = [...table.keys()].filter((i) => i === best || table[i].high >= sure);
  const candidates = drawn.map(({ map, maps }) => ({ map, draws: Float64Array.from(maps) }));
  const optimism = optimismAmong(undecided.map((i) => candidates[i]));
  return { best, undecided, optimism, compared: drawn.length };
}
