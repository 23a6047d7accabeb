import { type Limits, meanOf } from './limits';
import { studentQuantile } from './student';
import { judgeDifference, type Verdict } from './verdict';

/** Best mAP50-95 of the runs of each recipe, a value a seed. */
export type SeedMaps = {
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Both runs are of one recipe: whatever differs is luck. */
  readonly sameRecipe: boolean;
};

/** What is known of two recipes beyond the two runs that were compared. */
export type RecipeVerdict =
  | { readonly kind: 'one-run-each' }
  | {
      readonly kind: 'same-recipe';
      readonly runs: number;
      /** Standard deviation between its seeds; undefined for one seed. */
      readonly spread: number | undefined;
    }
  | (Limits & {
      readonly kind: 'seeds';
      readonly runsA: number;
      readonly runsB: number;
      /** Standard deviation between seeds of one recipe. */
      readonly spread: number;
      /** Mean of B's runs minus mean of A's. */
      readonly difference: number;
      readonly verdict: Verdict;
    });

const LEVEL = 0.975;

/**
 * Whether one recipe is better than the other, by the spread between seeds: one spread for both, pooled, and Student's
 * t. With one run each this cannot be known.
 */
export function judgeRecipes({ a, b, sameRecipe }: SeedMaps): RecipeVerdict {
  if (sameRecipe) return { kind: 'same-recipe', runs: a.length, spread: deviation(a) };
  const freedom = a.length + b.length - 2;
  if (freedom < 1) return { kind: 'one-run-each' };
  const spread = Math.sqrt((squares(a) + squares(b)) / freedom);
  const difference = meanOf(b) - meanOf(a);
  const half = studentQuantile(LEVEL, freedom) * spread * Math.sqrt(1 / a.length + 1 / b.length);
  const limits = { low: difference - half, high: difference + half };
  return {
    kind: 'seeds',
    runsA: a.length,
    runsB: b.length,
    spread,
    difference,
    ...limits,
    verdict: judgeDifference(limits),
  };
}

function deviation(values: readonly number[]): number | undefined {
  return values.length < 2 ? undefined : Math.sqrt(squares(values) / (values.length - 1));
}

function squares(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
