import type { Limits } from './limits';
import { studentCdf } from './student';
import { judgeDifference, type Verdict } from './verdict';

export type ClassDifference = Limits & {
  readonly labels: number;
  /** Images, or groups of them, that have the class. */
  readonly units: number;
  readonly difference: number;
  /** Bootstrap standard error of the difference. */
  readonly error: number;
};

/**
 * With fewer labels an AP takes a handful of values: classes of one to three labels "differed" in 18 % of comparisons of equal
 * models.
 */
const FEWEST_LABELS = 4;
const LEVEL = 0.05;

/**
 * Which classes differ, the table taken as a whole: Holm's step-down procedure (Holm 1979) over the classes with at least four
 * labels, so that in a table of equal models at most one of twenty names any class. Without it one of twenty classes
 * "differed" in 87 % of tables.
 */
export function classVerdicts(rows: readonly ClassDifference[]): Verdict[] {
  const verdicts: Verdict[] = rows.map(() => 'neither');
  const tested = rows
    .map((row, i) => ({ row, i, chance: chanceOf(row) }))
    .filter(({ row }) => row.labels >= FEWEST_LABELS)
    .sort((a, b) => a.chance - b.chance);
  for (const [rank, { row, i, chance }] of tested.entries()) {
    if (chance > LEVEL / (tested.length - rank)) return verdicts;
    verdicts[i] = judgeDifference(row);
  }
  return verdicts;
}

/** Two-sided chance of so large a difference between equal models: Student's t of the images that have the class. */
function chanceOf({ difference, error, units }: ClassDifference): number {
  if (units < 2 || difference === 0) return 1;
  return error === 0 ? 0 : 2 * (1 - studentCdf(Math.abs(difference) / error, units - 1));
}
