import type { Severity } from '../../base/problem';
import type { Words } from '../../base/words';
import type { Experiment } from '../experiment/types';
import type { DatasetCounts } from '../schedule/dataset-counts';
import type { Schedule } from '../schedule/types';

/** One piece of advice with its numbers, its source, and why one may believe it. */
export type Advice = {
  readonly rule: string;
  readonly severity: Severity;
  /** In English; `words` is the same for other languages. */
  readonly message: string;
  readonly words: Words;
  /** Paper, issue or trainer that the rule is from; "heuristic" if it is our own synthesis. */
  readonly source: Words;
  readonly reason: Words;
  /** The key that it is about. */
  readonly key: string;
  /** What to set, if one value is enough. */
  readonly fix?: AdviceFix;
};

export type AdviceFix = { readonly key: string; readonly value: number | string };

export type AdviceContext = {
  readonly experiment: Experiment;
  readonly schedule: Schedule;
  readonly counts: DatasetCounts & { readonly valImages?: number };
  /** The card that validates, if it is known: can it compute in FP16? */
  readonly gpu?: { readonly name: string; readonly half: boolean };
};

export type Finding = { readonly severity: Severity; readonly message: Words; readonly fix?: AdviceFix };

export type Rule = Pick<Advice, 'source' | 'reason' | 'key'> & {
  readonly id: string;
  /** The advice depends on numbers of images or steps: if those are assumed, it is not given. */
  readonly counted?: true;
  find(context: AdviceContext): Finding | undefined;
};
