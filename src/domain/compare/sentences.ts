import { type Words, words } from '../../base/words';
import { formatDifference } from '../display/format';
import { changedSentence, unlikeSentence } from './as-trained';
import type { RecipeVerdict } from './between-seeds';
import type { Comparison } from './compare';
import type { GroupedBy } from './grouping';
import { FEWEST_DRAWN, isUnknown, type Limits } from './limits';
import { sameRecipeSentence } from './same-recipe';
import type { Named } from './sides';
import { judgeDifference, type Verdict } from './verdict';

/** Why nothing is said: of so few images not even that two cannot be told apart. */
export const NOT_JUDGED = words('not judged: fewer than {0} val images or groups of them', FEWEST_DRAWN);

const AGAINST_BASELINE: Readonly<Record<Verdict, Words>> = {
  first: words('worse'),
  second: words('better'),
  neither: words('cannot be told apart'),
};

/** The verdict on a run in a table, which the baseline comes before. */
export const againstBaseline = ({ verdict, ...limits }: Limits & { readonly verdict: Verdict }): Words =>
  isUnknown(limits) ? NOT_JUDGED : AGAINST_BASELINE[verdict];

/** Beneath a table of classes, some of whose intervals do not hold 0 and yet have no verdict. */
export const CORRECTED_FOR_CLASSES = words(
  'verdicts on classes are corrected for the number of classes (Holm): an interval that does not hold 0 is not one by itself',
);

/** On a page, whose table of classes has no verdicts. */
export const NOT_BY_CLASS = words(
  'single classes are not judged here: pitwall compare does that, and corrects its verdicts for the number of classes',
);

/** What the best mAP of a run is worth: others may be as good, and the highest of several is too high. */
export function bestSentence({ compared, undecided, optimism }: BestStanding): Words {
  const [others, alike] = [compared - 1, undecided.length - 1];
  const said = optimism.toFixed(3);
  if (others === 1) return ofTwo(alike, said);
  if (alike < 1) return words('all {0} others are worse', others);
  return words(
    '{0} of the {1} others cannot be told from it: as the highest of them it is about {2} too high',
    alike,
    others,
    said,
  );
}

function ofTwo(alike: number, optimism: string): Words {
  if (alike < 1) return words('the other one is worse');
  return words(
    'the other one cannot be told from it: as the higher of two it is about {0} too high',
    optimism,
  );
}

/** Why it is not known which others are as good. */
export function lackingDraws(isForeign: boolean): Words {
  return isForeign
    ? words(
        'which others are as good is not known: Ultralytics validated them, image by image nothing was kept',
      )
    : words(
        'which others are as good is not known: its mAP on draws of the val set was not kept (an earlier Pitwall, or over a million detections)',
      );
}

type BestStanding = {
  readonly compared: number;
  readonly undecided: readonly number[];
  readonly optimism: number;
};

export function sameSentence({ a, b }: Named): Words {
  return words('{0} and {1} are one and the same checkpoint', a, b);
}

/** Of too few images there is a difference, but no interval and no verdict. */
const tooFewSentence = ({ a, b }: Named): Words => words('{0} and {1} are {2}', a, b, NOT_JUDGED);

type Difference = Pick<Comparison, 'map' | 'low' | 'high'>;

/** What the two runs' boxes tell, and by how much: of images like those of the val set, and no more. */
export function boxesSentence({ map, low, high }: Difference, names: Named): Words {
  if (isUnknown({ low, high })) return tooFewSentence(names);
  if (map === 0 && low === 0 && high === 0)
    return words(
      '{0} and {1} score the same whatever images are drawn: there is no difference',
      names.a,
      names.b,
    );
  const verdict = judgeDifference({ low, high });
  if (verdict === 'neither')
    return words(
      'on images like these the boxes of {0} and {1} cannot be told apart (95 %: {2} to {3})',
      names.a,
      names.b,
      formatDifference(low),
      formatDifference(high),
    );
  const [lead, from, to] = verdict === 'second' ? [map, low, high] : [-map, -high, -low];
  return words(
    "on images like these {0}'s boxes are better by {1} (95 %: {2} to {3})",
    verdict === 'second' ? names.b : names.a,
    ...[lead, from, to].map(formatDifference),
  );
}

/** The same of a task's own metric: the boxes of a segmentation say nothing of its masks. */
export function metricSentence(metric: string, { map, low, high }: Difference, names: Named): Words {
  if (isUnknown({ low, high })) return tooFewSentence(names);
  if (map === 0 && low === 0 && high === 0)
    return words(
      '{0} and {1} have the same {2} on every draw: there is no difference',
      names.a,
      names.b,
      metric,
    );
  const verdict = judgeDifference({ low, high });
  if (verdict === 'neither')
    return words(
      'on images like these {0} and {1} cannot be told apart by {2} (95 %: {3} to {4})',
      names.a,
      names.b,
      metric,
      ...[low, high].map(formatDifference),
    );
  const [lead, from, to] = verdict === 'second' ? [map, low, high] : [-map, -high, -low];
  return words(
    'on images like these {0} is better by {1} of {2} (95 %: {3} to {4})',
    verdict === 'second' ? names.b : names.a,
    formatDifference(lead),
    metric,
    ...[from, to].map(formatDifference),
  );
}

const GROUPS: Readonly<Record<Exclude<GroupedBy, 'image'>, Words>> = {
  look: words('that look alike'),
  name: words('by their names'),
  folder: words('by folder'),
  pattern: words('as validation.groups says'),
};

/** The limits of a difference in a table; undefined if too few images gave none. */
export const limitsWords = (limits: Limits): Words | undefined =>
  isUnknown(limits)
    ? undefined
    : words('{0} to {1}', formatDifference(limits.low), formatDifference(limits.high));

/** On what ground a verdict stands: what was drawn, and how much images of one scene have in common. */
export function groundSentence({ drawn, replicates }: Pick<Comparison, 'drawn' | 'replicates'>): Words {
  const { by, units, designEffect } = drawn;
  if (by === 'image') return drawsSentence(replicates, units);
  return words(
    'judged by {0} draws of {1} groups of val images {2}, which vary {3} times as much as single images',
    replicates,
    units,
    GROUPS[by],
    designEffect.toFixed(1),
  );
}

export const drawsSentence = (draws: number, units: number): Words =>
  words('judged by {0} draws of {1} val images', draws, units);

/** What is known about the recipes behind the two runs: training again with another seed gives other boxes. */
export function recipeSentence(recipes: RecipeVerdict, limits: Limits, names: Named): Words {
  const ahead = nameOf(judgeDifference(limits), names);
  if (recipes.kind === 'same-recipe') return sameRecipeSentence(recipes, ahead);
  if (recipes.kind === 'changed') return changedSentence(recipes, names);
  if (recipes.kind === 'other-epochs') return OTHER_EPOCHS;
  const said = recipes.kind === 'one-run-each' ? unknownRecipe(ahead) : seedsSentence(recipes, names);
  return recipes.unlike ? words('{0}; {1}', unlikeSentence(recipes.unlike, names), said) : said;
}

function seedsSentence(recipes: Extract<RecipeVerdict, { kind: 'seeds' }>, names: Named): Words {
  const { runsA, runsB, difference, low, high, verdict } = recipes;
  const counts = [
    runsA,
    runsB,
    formatDifference(difference),
    formatDifference(low),
    formatDifference(high),
  ] as const;
  const better = nameOf(verdict, names);
  return better === undefined
    ? words('n = {0} and {1} seeds do not show which recipe is better: {2}, 95 % {3} to {4}', ...counts)
    : words("{5}'s recipe is better, by n = {0} and {1} seeds: {2}, 95 % {3} to {4}", ...counts, better);
}

const OTHER_EPOCHS = words(
  'both are of one recipe, at other epochs: seeds of it do not say whether it gains by training longer',
);

/** Which epochs the values of the seeds are of, if one was asked for; undefined if each is the best of its run. */
export function epochsSentence(recipes: RecipeVerdict, names: Named): Words | undefined {
  if (recipes.kind !== 'seeds' || !recipes.epochs) return undefined;
  const { a, b } = recipes.epochs;
  if (a === b) return words('of each run its epoch {0} counts, and not its best', a ?? 0);
  return words(
    'of the runs of {0} {1} counts, of those of {2} {3}',
    names.a,
    epochWords(a),
    names.b,
    epochWords(b),
  );
}

const epochWords = (epoch: number | undefined): Words =>
  epoch === undefined ? words('the best epoch of each') : words('epoch {0}', epoch);

function unknownRecipe(better: string | undefined): Words {
  return better === undefined
    ? words('which recipe is better is not known from one run each')
    : words("whether {0}'s recipe is better is not known from one run each", better);
}

function nameOf(verdict: Verdict, { a, b }: Named): string | undefined {
  if (verdict === 'neither') return undefined;
  return verdict === 'first' ? a : b;
}
