import { type Words, words } from '../../base/words';
import { formatSigned } from '../display/format';
import type { RecipeVerdict } from './between-seeds';
import type { Limits } from './limits';
import { judgeDifference, type Verdict } from './verdict';

export type Named = { readonly a: string; readonly b: string };

/** What the best mAP of a run is worth: others may be as good, and the highest of several is too high. */
export function bestSentence({ compared, undecided, optimism }: BestOfRun): Words {
  const [others, alike] = [compared - 1, undecided.length - 1];
  if (alike < 1) return words('all {0} others are worse', others);
  return words(
    '{0} of the {1} others cannot be told from it: as the highest of them it is about {2} too high',
    alike,
    others,
    optimism.toFixed(3),
  );
}

type BestOfRun = {
  readonly compared: number;
  readonly undecided: readonly number[];
  readonly optimism: number;
};

/** What the two runs' boxes show, and no more: about images like those of the val set. */
export function boxesSentence(limits: Limits, names: Named): Words {
  const better = nameOf(judgeDifference(limits), names);
  return better === undefined
    ? words('on images like these the boxes of {0} and {1} are not told apart', names.a, names.b)
    : words("on images like these {0}'s boxes are better", better);
}

/** What is known about the recipes behind the two runs: training again with another seed gives other boxes. */
export function recipeSentence(recipes: RecipeVerdict, limits: Limits, names: Named): Words {
  if (recipes.kind === 'same-recipe') return sameRecipe(recipes);
  if (recipes.kind === 'one-run-each') return unknownRecipe(nameOf(judgeDifference(limits), names));
  const { runsA, runsB, difference, low, high, verdict } = recipes;
  const counts = [runsA, runsB, formatSigned(difference), formatSigned(low), formatSigned(high)] as const;
  const better = nameOf(verdict, names);
  return better === undefined
    ? words('which recipe is better is not told by n = {0} and {1} seeds: {2}, 95 % {3} to {4}', ...counts)
    : words("{5}'s recipe is better, by n = {0} and {1} seeds: {2}, 95 % {3} to {4}", ...counts, better);
}

function sameRecipe({ runs, spread }: Extract<RecipeVerdict, { kind: 'same-recipe' }>): Words {
  if (spread === undefined) return words('both runs are of one recipe and one seed');
  return words(
    'both runs are of one recipe: what tells them apart is luck; n = {0} seeds of it spread by {1}',
    runs,
    spread.toFixed(3),
  );
}

function unknownRecipe(better: string | undefined): Words {
  return better === undefined
    ? words('which recipe is better is not known from one run each')
    : words("whether {0}'s recipe is better is not known from one run each", better);
}

function nameOf(verdict: Verdict, { a, b }: Named): string | undefined {
  if (verdict === 'neither') return undefined;
  return verdict === 'first' ? a : b;
}
