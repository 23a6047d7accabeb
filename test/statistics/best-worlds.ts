import { createRandom } from '../../src/base/random';
import { compareWithBest } from '../../src/domain/compare/best';
import { drawnAps, meanPresent, pointAps } from '../../src/domain/compare/replicates';
import { unitsOf, wideMaps } from '../../src/domain/compare/small-classes';
import type { Candidate } from '../../src/domain/compare/worse';
import { type Scored, ULTRALYTICS_AP } from '../../src/domain/evaluation/scored';
import { type Known, simulateLong } from './chunks';
import { drawDetectors } from './detector-world';

/** The checkpoints of one run: equally good, but the last if there is a `loss`. */
export type BestWorld = {
  readonly images: number;
  readonly checkpoints: number;
  /** In the scale of the world: .198 is .055 of mAP, by 60,000 images. */
  readonly loss?: number;
};

const CLASSES = 6;
const REPLICATES = 300;

export type BestShares = {
  /** Share of equally good checkpoints that are called worse, and of runs with any. */
  readonly falsely: number;
  readonly runs: number;
  /** Share of runs in which any is called worse at any time: after any checkpoint while the run goes on, or at its end. */
  readonly ever: number;
  /** Share of runs in which the one that is worse is called so, in the end and as soon as it comes. */
  readonly caught: number;
  readonly atOnce: number;
  /** How much the best's mAP is above the mean of the equally good, and what is said of it, in the mean. */
  readonly optimism: number;
  readonly said: number;
};

/** What is said of the checkpoints of simulated runs. */
export function bestShares(world: BestWorld, simulations: number, first = 0): BestShares {
  const { images, checkpoints, loss = 0 } = world;
  const gains = Array.from({ length: checkpoints }, (_, i) => (i === checkpoints - 1 ? -loss : 0));
  const equal = loss > 0 ? checkpoints - 1 : checkpoints;
  const runs = Array.from({ length: simulations }, (_, i) => {
    const seed = first + i;
    const scored = drawDetectors(
      { images, classes: CLASSES, cluster: 1, gains },
      createRandom(1 + seed, 71),
      false,
    );
    return judgeRun(
      scored.map((one) => candidateOf(one, seed)),
      { images, equal },
    );
  });
  const mean = (name: keyof BestShares): number =>
    runs.reduce((sum, run) => sum + run[name], 0) / simulations;
  return {
    ...{ falsely: mean('falsely'), runs: mean('runs'), ever: mean('ever') },
    ...{ caught: mean('caught'), atOnce: mean('atOnce') },
    ...{ optimism: mean('optimism'), said: mean('said') },
  };
}

/** As the keeper keeps it (draw-record.ts). */
function candidateOf(scored: Scored, seed: number): Candidate {
  const point = pointAps(ULTRALYTICS_AP, scored);
  const aps = drawnAps(ULTRALYTICS_AP, scored, { seed, from: 0, to: REPLICATES });
  return { map: meanPresent(point), draws: wideMaps([aps], { point, units: unitsOf(scored, undefined) }) };
}

type Run = { readonly images: number; readonly equal: number };

function judgeRun(candidates: readonly Candidate[], { images, equal }: Run): BestShares {
  const found = compareWithBest(candidates, images);
  const worse = found.isWorse.slice(0, equal).filter(Boolean).length;
  const mean = candidates.slice(0, equal).reduce((sum, { map }) => sum + map, 0) / equal;
  const last = candidates.length - 1;
  const going = candidates.map(
    (_, i) => compareWithBest(candidates.slice(0, i + 1), images, 'going').isWorse,
  );
  const ever = worse > 0 || going.some((isWorse) => isWorse.slice(0, equal).some(Boolean));
  return {
    ...{ falsely: worse / (equal - 1), runs: Number(worse > 0), ever: Number(ever) },
    ...{ caught: Number(found.isWorse[last]), atOnce: Number(going[last][last]) },
    ...{ optimism: candidates[found.best].map - mean, said: found.optimism },
  };
}

const WORLDS: readonly BestWorld[] = [
  { images: 128, checkpoints: 50 },
  { images: 300, checkpoints: 50 },
  { images: 128, checkpoints: 15, loss: 0.198 },
];

export function bestTable(simulations: number, file: string, log: (line: string) => void): string {
  const found = simulateLong({
    ...{ file, worlds: WORLDS, simulations, chunk: 20, log },
    simulate: (world, first, count) => bestShares(world, count, first),
  });
  return [
    '| images | checkpoints | runs | equal ones called worse | runs with any, in the end | at any time | a loss of .055 caught | at once | the best is too high by | said |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...WORLDS.map((world, i) => rowOf(world, found[i])),
  ].join('\n');
}

function rowOf({ images, checkpoints, loss }: BestWorld, { simulations, means }: Known<BestShares>): string {
  if (!means) return `| ${images} | ${checkpoints} | 0 | - | - | - | - | - | - | - |`;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const { falsely, runs, ever, caught, atOnce, optimism, said } = means;
  const cells = [images, checkpoints, simulations, ...[falsely, runs, ever].map(percent)];
  const found = [caught, atOnce].map((share) => (loss ? percent(share) : ''));
  return `| ${[...cells, ...found, optimism.toFixed(3), said.toFixed(3)].join(' | ')} |`;
}
