import type { Words } from '../../base/words';
import type { RecipeVerdict } from './between-seeds';
import type { Comparison } from './compare';
import type { DrawnDifference } from './draw-record';
import { lackSentence } from './lack';
import {
  boxesSentence,
  drawsSentence,
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
  const lack = lackSentence(recipes, comparison);
  return [
    boxesSentence(comparison, names),
    groundSentence(comparison),
    recipeSentence(recipes, comparison, names),
    ...(lack ? [lack] : []),
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
  const lack = lackSentence(recipes, limits);
  return [
    metricSentence(metric, limits, names),
    drawsSentence(draws.count, draws.units),
    recipeSentence(recipes, limits, names),
    ...(lack ? [lack] : []),
  ];
}
