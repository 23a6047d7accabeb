import { createRandom } from '../../src/base/random';
import { compareWithBest } from '../../src/domain/compare/best';
import { drawnMaps, pointMap } from '../../src/domain/compare/replicates';
import type { Candidate } from '../../src/domain/compare/worse';
import { ULTRALYTICS_AP } from '../../src/domain/evaluation/scored';
import { drawDetectors } from './detector-world';

/** The checkpoints of one run: equally good, and as many that are worse by `loss` as `worse` says. */
export type BestWorld = {
  readonly images: number;
  readonly checkpoints: number;
  /** In the scale of the world: .21 is .059 of mAP. */
  readonly loss?: number;
};

const CLASSES = 6;
const REPLICATES = 300;

export type BestShares = {
  /** Share of equally good checkpoints that are called worse, and of runs with any. */
  readonly falsely: number;
  readonly runs: number;
  /** Share of runs in which the one that is worse is called so. */
  readonly caught: number;
  /** How much the best's mAP is above the mean of the equally good, and what is said of it, in the mean. */
  readonly optimism: number;
  readonly said: number;
};

/** What is said of the checkpoints of simulated runs. With a loss the last checkpoint has it. */
export function bestShares({ images, checkpoints, loss = 0 }: BestWorld, simulations: number): BestShares {
  const gains = Array.from({ length: checkpoints }, (_, i) => (i === checkpoints - 1 ? -loss : 0));
  const equal = loss > 0 ? checkpoints - 1 : checkpoints;
  let [falsely, runs, caught, optimism, said] = [0, 0, 0, 0, 0];
  for (let i = 0; i < simulations; i++) {
    const scored = drawDetectors(
      { images, classes: CLASSES, cluster: 1, gains },
      createRandom(1 + i, 71),
      false,
    );
    const candidates = scored.map(
      (one): Candidate => ({
        map: pointMap(ULTRALYTICS_AP, one),
        draws: drawnMaps(ULTRALYTICS_AP, one, { seed: i, from: 0, to: REPLICATES }),
      }),
    );
    const found = compareWithBest(candidates, images);
    const worse = found.isWorse.slice(0, equal).filter(Boolean).length;
    const mean = candidates.slice(0, equal).reduce((sum, { map }) => sum + map, 0) / equal;
    falsely += worse / (equal - 1);
    runs += Number(worse > 0);
    caught += Number(found.isWorse[checkpoints - 1]);
    optimism += candidates[found.best].map - mean;
    said += found.optimism;
  }
  const share = (sum: number): number => sum / simulations;
  return {
    ...{ falsely: share(falsely), runs: share(runs), caught: share(caught) },
    ...{ optimism: share(optimism), said: share(said) },
  };
}

const WORLDS: readonly BestWorld[] = [
  { images: 128, checkpoints: 15 },
  { images: 300, checkpoints: 15 },
  { images: 128, checkpoints: 50 },
  { images: 300, checkpoints: 50 },
  { images: 128, checkpoints: 15, loss: 0.21 },
];

export function bestTable(simulations: number, log: (line: string) => void): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = WORLDS.map((world) => {
    const found = bestShares(world, simulations);
    log(JSON.stringify({ world, ...found }));
    const { images, checkpoints, loss } = world;
    const caught = loss ? percent(found.caught) : '';
    return `| ${images} | ${checkpoints} | ${percent(found.falsely)} | ${percent(found.runs)} | ${caught} | ${found.optimism.toFixed(3)} | ${found.said.toFixed(3)} |`;
  });
  return [
    '| images | checkpoints | equal ones called worse | runs with any | a loss of .059 caught | the best is too high by | said |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
