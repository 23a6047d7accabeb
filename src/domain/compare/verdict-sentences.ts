import type { Words } from '../../base/words';
import type { RecipeVerdict } from './between-seeds';
import type { Comparison } from './compare';
import type { DrawnDifference } from './draw-record';
import { lackSentence } from './lack';
import type { Limits } from './limits';
import {
  boxesSentence,
  drawsSentence,
  epochsSentence,
  groundSentence,
  metricSentence,
  recipeSentence,
  sameSentence,
} from './sentences';
import type { Named } from './sides';

/** Two checkpoints after their comparison. */
export type Judged = {
  readonly comparison: Comparison;
  readonly recipes: RecipeVerdict;
  /** A and B are one checkpoint. */
  readonly isSame: boolean;
};

/**
 * A comparison in sentences, the verdict first: then on what ground, what is known of the recipes, and what is lacking. The
 * same on a terminal and on a page.
 */
export function verdictSentences({ comparison, recipes, isSame }: Judged, names: Named): [Words, ...Words[]] {
  if (isSame) return [sameSentence(names)];
  return [
    boxesSentence(comparison, names),
    groundSentence(comparison),
    ...recipeSentences(recipes, comparison, names),
  ];
}

/** Two checkpoints of a task after their comparison by its metric. */
export type DrawnSentenceParts = {
  readonly metric: string;
  readonly difference: DrawnDifference;
  readonly draws: { readonly count: number; readonly units: number };
  readonly recipes: RecipeVerdict;
  readonly isSame: boolean;
};

/** The same sentences about it. */
export function drawnSentences(
  { metric, difference, draws, recipes, isSame }: DrawnSentenceParts,
  names: Named,
): [Words, ...Words[]] {
  if (isSame) return [sameSentence(names)];
  const limits = { ...difference, map: difference.difference };
  return [
    metricSentence(metric, limits, names),
    drawsSentence(draws.count, draws.units),
    ...recipeSentences(recipes, limits, names),
  ];
}

/** What is known of the recipes, by which epochs, and what is lacking. */
function recipeSentences(
  recipes: RecipeVerdict,
  limits: Limits & { readonly map: number },
  names: Named,
): Words[] {
  const epochs = epochsSentence(recipes, names);
  const lack = lackSentence(recipes, limits);
  return [recipeSentence(recipes, limits, names), ...(epochs ? [epochs] : []), ...(lack ? [lack] : [])];
}
