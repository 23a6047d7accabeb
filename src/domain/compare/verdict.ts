import { type Limits, ROUNDING } from './limits';

/** What a difference with its 95 % interval shows: a is better, b is better, or neither. */
export type Verdict = 'first' | 'second' | 'neither';

/** The one place that turns numbers into a verdict. Swapped limits give the swapped verdict. */
export function judgeDifference({ low, high }: Limits): Verdict {
  if (low > ROUNDING) return 'second';
  return high < -ROUNDING ? 'first' : 'neither';
}

/** A run less the baseline by the draws that both have kept; the limits of all such runs of a list hold together. */
export type ListedDifference = Limits & { readonly difference: number; readonly verdict: Verdict };
