import { createRandom } from '../../src/base/random';
import { concludeComparison } from '../../src/domain/compare/compare';
import type { Limits } from '../../src/domain/compare/limits';
import {
  bootstrapPair,
  pointEstimate,
  type Replicates,
  type ScoredPair,
} from '../../src/domain/compare/replicates';
import { type DetectorWorld, drawPair } from './detector-world';

export type Cell = DetectorWorld & {
  /** Whether the bootstrap draws whole clusters. */
  readonly isGrouped: boolean;
};

export type Coverage = {
  /** Share of val sets whose 95 % limits hold the true difference. */
  readonly held: number;
  /** Shares whose limits lie wholly above and wholly below it. */
  readonly above: number;
  readonly below: number;
  /** Mean width of the interval. */
  readonly width: number;
};

export type Effort = {
  readonly simulations: number;
  readonly replicates: number;
  /** Number of the first val set, 0 unless told: so that more may be drawn later. */
  readonly first?: number;
  /** Images that stand for all images there are: 100,000 unless told, whose own error is a tenth of that of 1,000. */
  readonly population?: number;
};

/** The interval that is tried. */
export type Interval = (pair: ScoredPair, replicates: Replicates) => Limits;

export const PRODUCT: Interval = (pair, replicates) => concludeComparison(pair, [replicates], 0);

/** How often the limits hold the true difference of the classes that the val set has labels of. */
export function coverageOf(
  cell: Cell,
  { simulations, replicates, first = 0, population = POPULATION }: Effort,
  limitsOf: Interval = PRODUCT,
): Coverage {
  const gains = trueGains(cell, population);
  let [above, below, width] = [0, 0, 0];
  for (let i = first; i < first + simulations; i++) {
    const pair = drawPair(cell, createRandom(1 + i, 17), cell.isGrouped);
    const { low, high } = limitsOf(pair, bootstrapPair(pair, { seed: i, from: 0, to: replicates }));
    const truth = gainOf(pair, gains);
    above += Number(low > truth);
    below += Number(high < truth);
    width += high - low;
  }
  const share = (count: number): number => count / simulations;
  const held = 1 - share(above + below);
  return { held, above: share(above), below: share(below), width: share(width) };
}

const POPULATION = 100_000;
const known = new Map<string, Float64Array>();

/** What the second detector is better by in each class, on all images there are. */
export function trueGains({ classes, gain }: DetectorWorld, images: number): Float64Array {
  if (gain === 0) return new Float64Array(classes);
  const key = `${classes} ${gain} ${images}`;
  const found = known.get(key) ?? gainsOf({ images, classes, cluster: 1, gain });
  known.set(key, found);
  return found;
}

function gainsOf(world: DetectorWorld): Float64Array {
  const { a, b } = pointEstimate(drawPair(world, createRandom(99), false));
  return b.map((ap, c) => ap - a[c]);
}

function gainOf({ a: { truthStart } }: ScoredPair, gains: Float64Array): number {
  const present = gains.filter((_, c) => truthStart[c + 1] > truthStart[c]);
  return present.reduce((sum, gain) => sum + gain, 0) / present.length;
}
