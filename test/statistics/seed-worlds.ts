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
  const power = [0.02, 0.03, 0.04].map((difference) => powerRow(difference, simulations));
  return [
    ...['| runs | spread between seeds | error over images | held |', '|---|---|---|---|', ...rows, ''],
    ...['| true difference | advised | decided then |', '|---|---|---|', ...power],
  ].join('\n');
}

/** If the spread is known, as many seeds as are advised decide in 8 of 10 cases. */
export function powerRow(difference: number, simulations: number): string {
  const source = { spread: 0.015, imageError: 0.004 };
  const need = needOf({ difference, ...source });
  if (need.kind !== 'seeds') return `| ${difference} | ${need.kind} | |`;
  const world = { runsA: need.of, runsB: need.of, ...source, ratio: 1, difference };
  const { decided } = seedShares(world, simulations);
  return `| ${difference} | ${need.of} seeds of each | ${(100 * decided).toFixed(0)} % |`;
}
