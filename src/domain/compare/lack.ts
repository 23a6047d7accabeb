import { type Words, words } from '../../base/words';
import type { RecipeVerdict } from './between-seeds';
import { FEWEST_DRAWN, isUnknown, type Limits } from './limits';
import { imageErrorOf, imagesNeeded, type Need } from './power';
import { judgeDifference } from './verdict';

/** What is lacking for a verdict between recipes, and what would make up for it; undefined if nothing is. */
export function lackSentence(
  recipes: RecipeVerdict,
  boxes: Limits & { readonly map: number },
): Words | undefined {
  if (isUnknown(boxes))
    return words('at least {0} val images with labels are needed, or groups of them', FEWEST_DRAWN);
  if (recipes.kind === 'same-recipe') return undefined;
  if (recipes.kind === 'seeds') return lackOfSeeds(recipes);
  const images = judgeDifference(boxes) === 'neither' ? imagesSentence(boxes) : undefined;
  if (recipes.kind === 'other-epochs' || recipes.kind === 'changed') return images;
  return images ? words('{0}; {1}', SEEDS_LACK, images) : SEEDS_LACK;
}

/** Of the boxes of these two alone: how far seeds spread is not known. Too few images have no error that could be made smaller. */
function imagesSentence(boxes: Limits & { readonly map: number }): Words {
  const need = imagesNeeded(boxes.map, imageErrorOf(boxes));
  return need.kind === 'images'
    ? words('about {0} times as many val images would tell these two apart', need.times.toFixed(1))
    : BEYOND;
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

const BEYOND = words('so small a difference is beyond what seeds or images within reach decide');

function needSentence(need: Need): Words {
  if (need.kind === 'beyond') return BEYOND;
  if (need.kind === 'seeds')
    return words('about {0} seeds of each would decide a difference of this size', need.of);
  const times = need.times.toFixed(1);
  return need.seeds === undefined
    ? words('about {0} times as many val images would decide a difference of this size', times)
    : words(
        'about {0} times as many val images and {1} seeds of each would decide a difference of this size',
        times,
        need.seeds,
      );
}
