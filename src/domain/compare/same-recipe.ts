import { type Words, words } from '../../base/words';
import { changedSentence } from './as-trained';
import type { RecipeVerdict } from './between-seeds';
import type { Named } from './sides';

export type SameRecipe = Extract<RecipeVerdict, { kind: 'same-recipe' }>;

/** A standard deviation of two values says next to nothing of how far others would lie. */
const FEWEST_FOR_SPREAD = 3;

/** What two runs of one recipe tell: one may well have the better boxes, but not by its recipe. `better`: the run that has. */
export function sameRecipeSentence({ runs, spread }: SameRecipe, better: string | undefined): Words {
  if (spread === undefined) return ONE_SEED;
  const luck =
    better === undefined
      ? words('both runs are of one recipe: what difference there is comes from the luck of training')
      : words('both runs are of one recipe: that {0} is better is the luck of its training', better);
  return words('{0}; {1}', luck, spreadWords(runs, spread));
}

const ONE_SEED = words('both runs are of one recipe and one seed');

const spreadWords = (runs: number, spread: number): Words =>
  runs < FEWEST_FOR_SPREAD
    ? words('how far its seeds spread is not known from these two')
    : words('n = {0} seeds of it spread by {1}', runs, spread.toFixed(3));

/**
 * A gate judges this very checkpoint: it may fail one whose recipe is that of the other, or that was trained otherwise than its recipe
 * says. Undefined of two recipes.
 */
export function gateRecipeSentence(recipes: RecipeVerdict, names: Named): Words | undefined {
  if (recipes.kind === 'changed') return changedSentence(recipes, names);
  if (recipes.kind !== 'same-recipe') return undefined;
  return recipes.spread === undefined
    ? words('both are of one recipe and one seed: the failure is of this checkpoint, not of the recipe')
    : words('both are seeds of one recipe: the failure is of this checkpoint, not of the recipe');
}
