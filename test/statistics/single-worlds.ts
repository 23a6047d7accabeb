import { createRandom } from '../../src/base/random';
import { type Comparison, concludeComparison } from '../../src/domain/compare/compare';
import { bootstrapPair, pointEstimate, type ScoredPair } from '../../src/domain/compare/replicates';
import { drawPair } from './detector-world';

/** A val set of two equally good detectors. */
export type SingleWorld = { readonly images: number; readonly classes: number };

export type SingleShares = {
  /** Share of val sets whose limits of one mAP hold the true one, of the classes that they have labels of. */
  readonly held: number;
  /** Share of comparisons that name any class as different, though none is. */
  readonly named: number;
  /** The same if each class had its 95 % interval for itself. */
  readonly singly: number;
};

const REPLICATES = 200;
/** Images that stand for all there are. */
const POPULATION = 50_000;

/** What is said of one mAP, and of single classes. */
export function singleShares(world: SingleWorld, simulations: number): SingleShares {
  const truth = pointEstimate(draw({ ...world, images: POPULATION }, 99)).a;
  let [held, named, singly] = [0, 0, 0];
  for (let i = 0; i < simulations; i++) {
    const pair = draw(world, 1000 + i);
    const drawn = bootstrapPair(pair, { seed: i, from: 0, to: REPLICATES });
    const { a, perClass } = concludeComparison(pair, [drawn], 0);
    const mean = meanOfPresent(truth, perClass);
    held += Number(a.low <= mean && mean <= a.high);
    named += Number(perClass.some(({ verdict }) => verdict !== 'neither'));
    singly += Number(perClass.some(({ low, high }) => low > 0 || high < 0));
  }
  return { held: held / simulations, named: named / simulations, singly: singly / simulations };
}

const draw = ({ images, classes }: SingleWorld, seed: number): ScoredPair =>
  drawPair({ images, classes, cluster: 1, gain: 0 }, createRandom(seed, 23), false);

function meanOfPresent(truth: Float64Array, present: Comparison['perClass']): number {
  return present.reduce((sum, one) => sum + truth[one.class], 0) / present.length;
}

const WORLDS: readonly SingleWorld[] = [6, 20].flatMap((classes) =>
  [50, 128, 300].map((images) => ({ images, classes })),
);

export function singleTable(simulations: number): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = WORLDS.map((world) => {
    const { held, named, singly } = singleShares(world, simulations);
    return `| ${world.images} | ${world.classes} | ${held.toFixed(3)} | ${percent(named)} | ${percent(singly)} |`;
  });
  const title = '| images | classes | one mAP: held | a class is named | and by an interval for each |';
  return [title, '|---|---|---|---|---|', ...rows].join('\n');
}
