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

/** A comparison in sentences: the verdict, on what ground, and what is known of the recipes and is lacking. */
export type SaidVerdict = {
  readonly verdict: Words;
  readonly ground: Words;
  readonly recipes: readonly Words[];
};

/** The same on a terminal and on a page; undefined if A and B are one checkpoint. */
export function saidVerdict({ comparison, recipes, isSame }: Judged, names: Named): SaidVerdict | undefined {
  if (isSame) return undefined;
  return {
    verdict: boxesSentence(comparison, names),
    ground: groundSentence(comparison),
    recipes: recipeSentences(recipes, comparison, names),
  };
}

/** In a row, the verdict first. */
export const verdictSentences = (judged: Judged, names: Named): readonly [Words, ...Words[]] =>
  inARow(saidVerdict(judged, names), names);

/** Two checkpoints of a task after their comparison by its metric. */
export type DrawnSentenceParts = {
  readonly metric: string;
  readonly difference: DrawnDifference;
  readonly draws: { readonly count: number; readonly units: number };
  readonly recipes: RecipeVerdict;
  readonly isSame: boolean;
};

/** The same sentences about it. */
export function saidOfDrawn(
  { metric, difference, draws, recipes, isSame }: DrawnSentenceParts,
  names: Named,
): SaidVerdict | undefined {
  if (isSame) return undefined;
  const limits = { ...difference, map: difference.difference };
  return {
    verdict: metricSentence(metric, limits, names),
    ground: drawsSentence(draws.count, draws.units),
    recipes: recipeSentences(recipes, limits, names),
  };
}

export const drawnSentences = (parts: DrawnSentenceParts, names: Named): readonly [Words, ...Words[]] =>
  inARow(saidOfDrawn(parts, names), names);

const inARow = (said: SaidVerdict | undefined, names: Named): readonly [Words, ...Words[]] =>
  said ? [said.verdict, said.ground, ...said.recipes] : [sameSentence(names)];

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
