import { type Words, words } from '../../base/words';
import type { RecipeVerdict } from './between-seeds';
import type { Limits } from './limits';
import { judgeDifference } from './verdict';

/** What would decide: seeds of each recipe, or times as many val images; neither is within reach of a tiny difference. */
export type Need =
  | { readonly kind: 'seeds'; readonly of: number }
  | { readonly kind: 'images'; readonly times: number }
  | { readonly kind: 'beyond' };

/** Standard errors that a true difference must be away from 0 to be found in 8 of 10 cases: 1.96 + .84. */
const REACH = 2.8;
/** A spread that is itself known from these seeds costs about one more of each (Guenther 1981): 1.96 squared, by 4. */
const UNKNOWN_SPREAD = 0.96;
const MOST_SEEDS = 30;
const MOST_TIMES = 50;

/** Standard error of a difference over images, from its 95 % limits. */
export const imageErrorOf = ({ low, high }: Limits): number => (high - low) / (2 * 1.96);

type Errors = { readonly difference: number; readonly spread: number; readonly imageError: number };

/** What decides a true difference as large as the one that was seen; seeds alone if the images leave room for that. */
export function needOf({ difference, spread, imageError }: Errors): Need {
  const room = (difference / REACH) ** 2 - imageError ** 2;
  const seeds = Math.max(2, Math.ceil((2 * spread ** 2) / room + UNKNOWN_SPREAD));
  if (room > 0 && seeds <= MOST_SEEDS) return { kind: 'seeds', of: seeds };
  return imagesNeeded(difference, imageError);
}

function imagesNeeded(difference: number, imageError: number): Need {
  const times = ((REACH * imageError) / difference) ** 2;
  return times <= MOST_TIMES ? { kind: 'images', times: Math.max(1, times) } : { kind: 'beyond' };
}

/** What is lacking for a verdict between recipes, and what would make up for it; undefined if nothing is. */
export function lackSentence(
  recipes: RecipeVerdict,
  boxes: Limits & { readonly map: number },
): Words | undefined {
  if (recipes.kind === 'same-recipe') return undefined;
  if (recipes.kind === 'seeds') return lackOfSeeds(recipes);
  if (judgeDifference(boxes) !== 'neither') return SEEDS_LACK;
  return words('{0}; {1}', SEEDS_LACK, needSentence(imagesNeeded(boxes.map, imageErrorOf(boxes))));
}

function lackOfSeeds({ runsA, runsB, need }: Extract<RecipeVerdict, { kind: 'seeds' }>): Words | undefined {
  const more = need && needSentence(need);
  if (Math.min(runsA, runsB) > 1) return more;
  return more ? words('{0}; {1}', ONE_RUN, more) : ONE_RUN;
}

/** If it spreads twice as much, the limits hold in .85 of cases (docs/statistics.md). */
const ONE_RUN = words('of one recipe there is one run: its spread is taken to be that of the other');

const SEEDS_LACK = words(
  'what is lacking is the spread between seeds: at least two runs of each recipe (pitwall repeat CONFIG --seeds 5)',
);

function needSentence(need: Need): Words {
  if (need.kind === 'seeds')
    return words('about {0} seeds of each would decide a difference of this size', need.of);
  if (need.kind === 'images')
    return words(
      'about {0} times as many val images would decide a difference of this size',
      need.times.toFixed(1),
    );
  return words('so small a difference is beyond what seeds or images within reach decide');
}
