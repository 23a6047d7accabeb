import type { Words } from '../../base/words';
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

export type ComparisonNote = { readonly words: Words; readonly tone: Sentence['tone'] };
