import type { Limits } from './limits';

/**
 * What would decide: seeds of each recipe with these val images, so many times as many val images with these seeds (`seeds`: or
 * with so many of each); neither is within reach of a tiny difference.
 */
export type Need =
  | { readonly kind: 'seeds'; readonly of: number }
  | { readonly kind: 'images'; readonly times: number; readonly seeds?: number }
  | { readonly kind: 'beyond' };

/** Standard errors that a true difference must be away from 0 to be found in 8 of 10 cases: 1.96 + .84. */
const REACH = 2.8;
/** A spread that is itself known from these seeds costs about one more of each (Guenther 1981): 1.96 squared, by 4. */
const UNKNOWN_SPREAD = 0.96;
const MOST_SEEDS = 30;
const MOST_TIMES = 50;

/** Standard error of a difference over images, from its 95 % limits. */
export const imageErrorOf = ({ low, high }: Limits): number => (high - low) / (2 * 1.96);

/** What is known of two recipes; `runs` are the seeds that each has. */
export type Sources = {
  readonly difference: number;
  readonly spread: number;
  readonly imageError: number;
  readonly runs: readonly [a: number, b: number];
};

/** What decides a true difference as large as the one that was seen: seeds alone if the images leave room for that. */
export function needOf({ difference, spread, imageError, runs }: Sources): Need {
  const budget = (difference / REACH) ** 2;
  const alone = seedsFor(spread, budget - imageError ** 2);
  if (alone <= MOST_SEEDS) return { kind: 'seeds', of: alone };
  const times = timesFor(imageError, budget - seedsPart(spread, runs));
  if (times <= MOST_TIMES) return { kind: 'images', times };
  // These seeds leave no room for any number of images: half of it for each source.
  const [seeds, halved] = [seedsFor(spread, budget / 2), timesFor(imageError, budget / 2)];
  return seeds <= MOST_SEEDS && halved <= MOST_TIMES
    ? { kind: 'images', times: halved, seeds }
    : { kind: 'beyond' };
}

/** The same if the seeds that there are did not decide: more of them than that. */
export function furtherNeed(sources: Sources): Need {
  const need = needOf(sources);
  const fewest = 1 + Math.min(...sources.runs);
  if (need.kind === 'seeds') return { ...need, of: Math.max(need.of, fewest) };
  return need.kind === 'images' && need.seeds !== undefined
    ? { ...need, seeds: Math.max(need.seeds, fewest) }
    : need;
}

/** Times as many images as decide between the boxes of two checkpoints, whatever seeds do. */
export function imagesNeeded(difference: number, imageError: number): Need {
  const times = timesFor(imageError, (difference / REACH) ** 2);
  return times <= MOST_TIMES ? { kind: 'images', times } : { kind: 'beyond' };
}

/** Seeds of each recipe whose part of the variance is `room`. */
const seedsFor = (spread: number, room: number): number =>
  room > 0 ? Math.max(2, Math.ceil((2 * spread ** 2) / room + UNKNOWN_SPREAD)) : Number.POSITIVE_INFINITY;

/** The part of the variance that the seeds have now, as seedsFor counts it. */
function seedsPart(spread: number, [a, b]: Sources['runs']): number {
  const each = (2 * a * b) / (a + b);
  return (2 * spread ** 2) / (each - UNKNOWN_SPREAD);
}

const timesFor = (imageError: number, room: number): number =>
  room > 0 ? Math.max(1, imageError ** 2 / room) : Number.POSITIVE_INFINITY;
