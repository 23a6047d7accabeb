import type { ChangedSides, Unlike } from './as-trained';
import { type Limits, meanOf } from './limits';
import { furtherNeed, imageErrorOf, type Need } from './power';
import { studentQuantile } from './student';
import { judgeDifference, type Verdict } from './verdict';

/** mAP50-95 of the runs of each recipe, a value a seed: of the epoch that was asked for, else the best of each run. */
export type SeedMaps = {
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Both runs are of one recipe: whatever differs is luck, but for the epochs. */
  readonly sameRecipe: boolean;
  /** The epochs that were asked for; a side without one is the best of its runs. */
  readonly epochs?: AskedEpochs;
  /** Of one recipe at other epochs, or even of one run: that is a question about epochs, and not about seeds. */
  readonly otherEpochs?: boolean;
  /** One of the runs was changed while it trained: it is not a seed. */
  readonly changed?: ChangedSides;
  /** Both are of one experiment, and were trained otherwise. */
  readonly unlike?: Unlike;
};

export type AskedEpochs = { readonly a?: number | undefined; readonly b?: number | undefined };

/** What is known of two recipes beyond the two runs that were compared. */
export type RecipeVerdict =
  | { readonly kind: 'one-run-each'; readonly unlike?: Unlike }
  | { readonly kind: 'other-epochs' }
  | ({ readonly kind: 'changed' } & ChangedSides)
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
      /** Those that were asked for, on either side. */
      readonly epochs?: AskedEpochs;
      readonly unlike?: Unlike;
      /** What would decide it; absent if it is decided. */
      readonly need?: Need;
    });

const TAIL = 0.025;
/** Degrees of freedom that are as good as any more. */
const MANY = 1000;

/**
 * Whether one recipe is better than the other, by both sources of luck: the spread between seeds (one for both recipes, pooled)
 * and the choice of val images, which is the same for all runs and which no number of seeds makes up for. Student's t with
 * the degrees of freedom of their sum (Satterthwaite 1946). With one run each this cannot be known. Of `family` such verdicts all hold
 * together (Bonferroni); `boxes`: the limits of this pair alone.
 */
export function judgeRecipes(maps: SeedMaps, boxes: Limits, family = 1): RecipeVerdict {
  if (maps.otherEpochs) return { kind: 'other-epochs' };
  if (maps.changed) return { kind: 'changed', ...maps.changed };
  if (maps.sameRecipe) return { kind: 'same-recipe', runs: maps.a.length, spread: deviation(maps.a) };
  return { ...judgeSeeds(maps, boxes, family), ...(maps.unlike && { unlike: maps.unlike }) };
}

function judgeSeeds(
  { a, b, epochs }: SeedMaps,
  boxes: Limits,
  family: number,
): Extract<RecipeVerdict, { kind: 'one-run-each' | 'seeds' }> {
  const freedom = a.length + b.length - 2;
  // Of the epoch that was asked for a recipe may have no value at all, on this val set.
  if (freedom < 1 || a.length === 0 || b.length === 0) return { kind: 'one-run-each' };
  const spread = Math.sqrt((squares(a) + squares(b)) / freedom);
  const difference = meanOf(b) - meanOf(a);
  const imageError = imageErrorOf(boxes);
  const ofSeeds = spread ** 2 * (1 / a.length + 1 / b.length);
  const half = halfWidth({ ofSeeds, ofImages: imageError ** 2, freedom, family });
  const limits = { low: difference - half, high: difference + half };
  const verdict = judgeDifference(limits);
  return {
    kind: 'seeds',
    ...{ runsA: a.length, runsB: b.length, spread, difference, verdict },
    ...limits,
    ...(epochs && { epochs }),
    ...(verdict === 'neither' && {
      need: furtherNeed({ difference, spread, imageError, runs: [a.length, b.length] }),
    }),
  };
}

type Variances = {
  readonly ofSeeds: number;
  readonly ofImages: number;
  readonly freedom: number;
  readonly family: number;
};

function halfWidth({ ofSeeds, ofImages, freedom, family }: Variances): number {
  const all = ofSeeds + ofImages;
  const joint = ofSeeds > 0 ? Math.floor(freedom * (all / ofSeeds) ** 2) : MANY;
  return studentQuantile(1 - TAIL / family, Math.min(joint, MANY)) * Math.sqrt(all);
}

function deviation(values: readonly number[]): number | undefined {
  return values.length < 2 ? undefined : Math.sqrt(squares(values) / (values.length - 1));
}

function squares(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
