import { FEWEST_DRAWN, type Limits } from './limits';
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
    .filter(({ row }) => isJudged(row))
    .sort((a, b) => a.chance - b.chance);
  for (const [rank, { row, i, chance }] of tested.entries()) {
    if (chance > LEVEL / (tested.length - rank)) return verdicts;
    verdicts[i] = judgeDifference(row);
  }
  return verdicts;
}

/** A class of too few images, or groups of them, is not judged, by the rule of the whole (limits.ts). */
const isJudged = ({ labels, units }: ClassDifference): boolean =>
  labels >= FEWEST_LABELS && units >= FEWEST_DRAWN;

/**
 * A bootstrap of n images is too narrow by sqrt((n - 1) / n), as in percentileLimits. The AP of few images takes few values, and
 * of such a difference Student's t of n - 1 is exceeded too often in its far tail, which Holm uses: 5.4 to 6.3 % of tables of eight and
 * twenty equal classes in 20 images each named one. With one image less for both it is 4.3 to 4.8 %, and of many images the same.
 */
const LOST = 2;

/**
 * Two-sided chance of so large a difference between equal models: Student's t of the images that have the class. Images that all
 * differ alike have no spread, which is not certainty: of equal models n images all fall to one side with a chance of 2^(1 - n),
 * and no test of n images gives less.
 */
function chanceOf({ difference, error, units }: ClassDifference): number {
  if (difference === 0) return 1;
  const least = 2 ** (1 - units);
  if (error === 0) return least;
  const whole = error * Math.sqrt(units / (units - LOST));
  return Math.max(least, 2 * (1 - studentCdf(Math.abs(difference) / whole, units - LOST)));
}
