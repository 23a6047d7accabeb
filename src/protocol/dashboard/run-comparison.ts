import type { Words } from '../../base/words';
import type { Refused } from '../../domain/compare/footing';
import { NOT_BY_CLASS, sameSentence } from '../../domain/compare/sentences';
import { type Named, withNames } from '../../domain/compare/sides';
import { judgeDifference } from '../../domain/compare/verdict';
import {
  type DrawnSentenceParts,
  type Judged,
  type SaidVerdict,
  saidOfDrawn,
  saidVerdict,
} from '../../domain/compare/verdict-sentences';
import { SAMPLING_ONLY } from '../../domain/compare/warnings';
import type { Topic } from '../../domain/display/statistics-page';
import type { Sentence } from './types';

/**
 * Whether the second run's best checkpoint is better than the first's, in sentences that were made from the data of
 * both.
 */
export type RunComparison = {
  /** Undefined if the two cannot be judged on one basis: the one note says why. */
  readonly difference: number | undefined;
  readonly notes: readonly ComparisonNote[];
};

export type ComparisonNote = {
  readonly words: Words;
  readonly tone: Sentence['tone'];
  readonly topic?: Topic;
};

/** Two checkpoints after their comparison, by their boxes or by their task's metric. */
export type ComparedPair =
  | Refused
  | (Judged & { readonly kind: 'compared'; readonly said: readonly Words[] })
  | (DrawnSentenceParts & { readonly kind: 'drawn' });

const TONES = { first: 'warning', second: 'good', neither: 'quiet' } as const;

export function comparisonOf(compared: ComparedPair, names: Named): RunComparison {
  if (compared.kind === 'refused')
    return { difference: undefined, notes: [{ words: withNames(compared.why, names), tone: 'warning' }] };
  if (compared.kind === 'drawn') {
    const { difference } = compared;
    const said = saidOfDrawn(compared, names);
    return {
      difference: difference.difference,
      notes: said ? notesOf(said, TONES[judgeDifference(difference)], []) : same(names),
    };
  }
  const { comparison, said: footing } = compared;
  const said = saidVerdict(compared, names);
  const more = [
    ...footing.map((sentence) => withNames(sentence, names)),
    ...comparison.warnings.map((warning) => warning.said),
    ...(comparison.perClass.length > 1 ? [NOT_BY_CLASS] : []),
  ];
  return {
    difference: comparison.map,
    notes: said ? notesOf(said, TONES[judgeDifference(comparison)], more) : same(names),
  };
}

const same = (names: Named): ComparisonNote[] => [{ words: sameSentence(names), tone: 'quiet' }];

function notesOf(
  { verdict, ground, recipes }: SaidVerdict,
  tone: ComparisonNote['tone'],
  more: readonly Words[],
): ComparisonNote[] {
  const quiet = (words: Words): ComparisonNote => ({ words, tone: 'quiet' });
  return [
    { words: verdict, tone },
    quiet(ground),
    ...recipes.map((words, i): ComparisonNote => ({ ...quiet(words), ...(i === 0 && { topic: 'recipes' }) })),
    ...[...more, SAMPLING_ONLY].map(quiet),
  ];
}
