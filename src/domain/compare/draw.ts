import { createRandom } from '../../base/random';
import type { Weights } from '../evaluation/weighted-ap';

/** Images that show the same scene: they are drawn together, or a bootstrap takes copies for news. */
export type ImageGroups = {
  /** The group of each image, 0 .. count - 1. */
  readonly of: Uint32Array;
  readonly count: number;
};

export type OneDraw = {
  readonly seed: number;
  readonly replicate: number;
  readonly groups?: ImageGroups | undefined;
};

/**
 * How often a replicate counts each image: as many images (groups, if there are any) are drawn as there are, with
 * replacement. The draw depends on seed, replicate and groups alone: it is the same for every checkpoint of a val set.
 */
export function drawWeights(weights: Weights, { seed, replicate, groups }: OneDraw): void {
  const random = createRandom(seed, replicate + 1);
  if (!groups) {
    weights.fill(0);
    for (let i = 0; i < weights.length; i++) weights[random.below(weights.length)]++;
    return;
  }
  const counts = new Int32Array(groups.count);
  for (let i = 0; i < groups.count; i++) counts[random.below(groups.count)]++;
  for (let i = 0; i < weights.length; i++) weights[i] = counts[groups.of[i]];
}
