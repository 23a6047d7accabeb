import { type Limits, ROUNDING } from './limits';

/** `undecided`: noise alone could have made the difference, so nothing is claimed. */
export type GateOutcome = 'passed' | 'failed' | 'undecided';

/** A number that a result has to reach, as it is reported. */
export type Floor = { readonly metric: string; readonly least: number };

/** NaN never reaches a floor. */
export const judgeFloor = ({ least }: Floor, value: number): GateOutcome =>
  value >= least ? 'passed' : 'failed';

/**
 * Whether a result is worse than an earlier one by more than `margin`: a test of non-inferiority by the 95 % interval of the
 * difference, new minus old. Failed only if the whole interval is below -margin, passed only if none of it is.
 */
export function judgeNotWorse({ low, high }: Limits, margin: number): GateOutcome {
  if (high < -margin - ROUNDING) return 'failed';
  return low >= -margin - ROUNDING ? 'passed' : 'undecided';
}
