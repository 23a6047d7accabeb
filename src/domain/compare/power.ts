import type { Limits } from './limits';

/** What would decide: seeds of each recipe, or times as many val images; neither is within reach of a tiny difference. */
export type Need =
  | { readonly kind: 'seeds'; readonly of: number }
  | { readonly kind: 'images'; readonly times: number }
  | { readonly kind: 'beyond' };

/** Standard errors that a true difference must be away from 0 to be found in 8 of 10 cases: 1.96 + .84. */
const REACH = 2.8;
/** A spread that is itself known from these seeds costs about one more of each (Guenther 1981): 1.96 squared, by 4. */
const UNKNOWN_SPREAD = 0.96;
const MOST_SEEDS = 30;
const MOST_TIMES = 50;

/** Standard error of a difference over images, from its 95 % limits. */
export const imageErrorOf = ({ low, high }: Limits): number => (high - low) / (2 * 1.96);

type Errors = { readonly difference: number; readonly spread: number; readonly imageError: number };

/** What decides a true difference as large as the one that was seen; seeds alone if the images leave room for that. */
export function needOf({ difference, spread, imageError }: Errors): Need {
  const room = (difference / REACH) ** 2 - imageError ** 2;
  const seeds = Math.max(2, Math.ceil((2 * spread ** 2) / room + UNKNOWN_SPREAD));
  if (room > 0 && seeds <= MOST_SEEDS) return { kind: 'seeds', of: seeds };
  return imagesNeeded(difference, imageError);
}

export function imagesNeeded(difference: number, imageError: number): Need {
  const times = ((REACH * imageError) / difference) ** 2;
  return times <= MOST_TIMES ? { kind: 'images', times: Math.max(1, times) } : { kind: 'beyond' };
}
