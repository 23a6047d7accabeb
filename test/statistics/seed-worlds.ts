import { createRandom, type Random } from '../../src/base/random';
import { judgeRecipes, type RecipeVerdict } from '../../src/domain/compare/between-seeds';
import { needOf } from '../../src/domain/compare/power';

/** Two recipes: what their runs differ by from seed to seed, and what the choice of val images moves a difference by. */
export type SeedWorld = {
  readonly runsA: number;
  readonly runsB: number;
  /** Deviation between seeds of the first recipe; of the second it is `ratio` times that. */
  readonly spread: number;
  readonly ratio: number;
  /** Standard error of the difference of two runs over images; the same images judge all runs. */
  readonly imageError: number;
  readonly difference: number;
};

/** Share of what images do that is a run's own; the rest is common to the runs of a recipe. */
const OWN_SHARE = 0.5;

function judge(world: SeedWorld, random: Random): RecipeVerdict {
  const { runsA, runsB, spread, ratio, imageError, difference } = world;
  // A difference of two runs has twice the variance of one of its sides.
  const side = imageError / Math.SQRT2;
  const [common, own] = [side * Math.sqrt(1 - OWN_SHARE), side * Math.sqrt(OWN_SHARE)];
  const runsOf = (count: number, mean: number, deviation: number): number[] => {
    const moved = mean + common * random.normal();
    return Array.from({ length: count }, () => moved + Math.hypot(deviation, own) * random.normal());
  };
  const maps = { a: runsOf(runsA, 0.5, spread), b: runsOf(runsB, 0.5 + difference, ratio * spread) };
  const half = 1.96 * imageError;
  return judgeRecipes({ ...maps, sameRecipe: false }, { low: -half, high: half });
}

export type SeedShares = { readonly held: number; readonly decided: number; readonly wrong: number };

/** How often the limits hold the true difference, and a verdict is given, and the wrong one. */
export function seedShares(world: SeedWorld, simulations: number): SeedShares {
  let [held, decided, wrong] = [0, 0, 0];
  for (let i = 0; i < simulations; i++) {
    const recipes = judge(world, createRandom(1 + i, 51));
    if (recipes.kind !== 'seeds') throw new Error('a world of seeds has more than one run of a recipe');
    const { low, high, verdict } = recipes;
    held += Number(low <= world.difference && world.difference <= high);
    decided += Number(verdict !== 'neither');
    wrong += Number(verdict === 'first' && world.difference >= 0);
  }
  return { held: held / simulations, decided: decided / simulations, wrong: wrong / simulations };
}

const COUNTS = [
  [2, 2],
  [3, 1],
  [3, 3],
  [5, 5],
] as const;
/** Deviation between seeds against the error over images. */
const SOURCES = [
  { spread: 0.02, imageError: 0.005 },
  { spread: 0.01, imageError: 0.01 },
  { spread: 0.003, imageError: 0.01 },
];

/** Coverage, and how often the number of seeds that was advised then decides. */
export function seedTable(simulations: number): string {
  const rows = COUNTS.flatMap(([runsA, runsB]) =>
    SOURCES.flatMap((source) =>
      [1, 2].map((ratio) => {
        const world = { runsA, runsB, ...source, ratio, difference: 0 };
        const { held } = seedShares(world, simulations);
        return `| ${runsA} and ${runsB} | ${source.spread} x ${ratio === 1 ? '1' : '1 and 2'} | ${source.imageError} | ${held.toFixed(3)} |`;
      }),
    ),
  );
  const power = POWERS.map((power) => powerRow(power, simulations));
  return [
    ...['| runs | spread between seeds | error over images | held |', '|---|---|---|---|', ...rows, ''],
    '| seeds of each | spread between seeds | error over images | true difference | advised | decided then |',
    ...['|---|---|---|---|---|---|', ...power],
  ].join('\n');
}

type Power = Pick<SeedWorld, 'spread' | 'imageError' | 'difference'> & { readonly runs: number };

/** Worlds in which seeds are advised, images, and both. */
const POWERS: readonly Power[] = [
  ...[0.02, 0.03, 0.04].map((difference) => ({ runs: 2, spread: 0.015, imageError: 0.004, difference })),
  ...[0.02, 0.03].map((difference) => ({ runs: 5, spread: 0.004, imageError: 0.012, difference })),
  { runs: 2, spread: 0.004, imageError: 0.012, difference: 0.03 },
  ...[0.03, 0.04].map((difference) => ({ runs: 3, spread: 0.02, imageError: 0.015, difference })),
];

function powerRow(power: Power, simulations: number): string {
  const { runs, spread, imageError, difference } = power;
  const { advised, decided } = powerOf(power, simulations);
  const share = decided === undefined ? '' : `${(100 * decided).toFixed(0)} %`;
  return `| ${runs} | ${spread} | ${imageError} | ${difference} | ${advised} | ${share} |`;
}

/** What is advised if the spread is known, and how often that then decides: in 8 of 10 cases it should. */
export function powerOf(
  { runs, spread, imageError, difference }: Power,
  simulations: number,
): { readonly advised: string; readonly decided: number | undefined } {
  const need = needOf({ difference, spread, imageError, runs: [runs, runs] });
  if (need.kind === 'beyond') return { advised: need.kind, decided: undefined };
  const [seeds, times] = need.kind === 'seeds' ? [need.of, 1] : [need.seeds ?? runs, need.times];
  const world = {
    runsA: seeds,
    runsB: seeds,
    spread,
    ratio: 1,
    difference,
    imageError: imageError / Math.sqrt(times),
  };
  const { decided } = seedShares(world, simulations);
  const images = need.kind === 'images' ? `${times.toFixed(1)} times the images, ` : '';
  return { advised: `${images}${seeds} seeds of each`, decided };
}
