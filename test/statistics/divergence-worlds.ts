import { createRandom, type Random } from '../../src/base/random';
import { createDivergenceRule } from '../../src/domain/run/divergence';
import { healthyWorlds } from './alarm-worlds';

/** Odd batches of a healthy run: their steps, and how many times the usual loss they have. */
type Odd = {
  readonly name: string;
  readonly times: number;
  readonly at: (random: Random) => readonly number[];
};

/** A loss that is not that of the run at all. */
const HIGH = 200;
/** Of a batch without objects. */
const LOW = 0.05;

const ODD: readonly Odd[] = [
  { name: 'none', times: 1, at: () => [] },
  { name: 'the first', times: HIGH, at: () => [0] },
  { name: 'three of the first ten', times: HIGH, at: (random) => [0, 1, 2].map(() => random.below(10)) },
  {
    name: 'five of the first sixteen',
    times: HIGH,
    at: (random) => Array.from({ length: 5 }, () => random.below(16)),
  },
  {
    name: 'twelve anywhere',
    times: HIGH,
    at: (random) => Array.from({ length: 12 }, () => random.below(1500)),
  },
  { name: 'five in a row', times: HIGH, at: (random) => consecutive(random.below(1500), 5) },
  { name: 'the first three', times: LOW, at: () => [0, 1, 2] },
  { name: 'one in five', times: LOW, at: (random) => STEPS.filter(() => random.next() < 0.2) },
];

const consecutive = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

const STEPS = Array.from({ length: 3000 }, (_, step) => step);
const SEEDS = 8;

function firstWord(losses: readonly number[]): number | undefined {
  const rule = createDivergenceRule();
  const step = losses.findIndex((total) => rule.onStep({ total }) !== undefined);
  return step < 0 ? undefined : step;
}

/** Healthy runs of seven shapes and four noises: how many there are, and how many are called diverged. */
export function falselyDiverged(
  seeds = SEEDS,
): { readonly name: string; readonly runs: number; readonly stopped: number }[] {
  const worlds = healthyWorlds(seeds);
  return ODD.map(({ name, times, at }, k) => {
    const stopped = worlds.filter(({ losses }, i) => {
      const odd = new Set(at(createRandom(1 + i, 31 + k)));
      return firstWord(losses.map((loss, step) => (odd.has(step) ? times * loss : loss))) !== undefined;
    });
    const odd = times === 1 ? 'no odd batch' : `odd batches (x ${times}): ${name}`;
    return { name: odd, runs: worlds.length, stopped: stopped.length };
  });
}

/** How a sick run leaves its bounds: the factor on its loss so many steps after the onset. */
const TROUBLES: Readonly<Record<string, (since: number) => number>> = {
  'a jump x 100': () => 100,
  'doubles each step': (since) => 2 ** Math.min(since, 60),
  'up by 20 % each step': (since) => 1.2 ** Math.min(since, 200),
};
const ONSETS = [2, 8, 20, 100, 1500];
/** From here on a run has diverged, whatever is said of it. */
const BEYOND = 20;

export type Delay = {
  readonly name: string;
  readonly onset: number;
  readonly runs: number;
  readonly caught: number;
  readonly most: number;
};

/** Steps from where the loss is 20 times what it was to the first word of it, the longest of all runs. */
export function divergenceDelays(seeds = 1): Delay[] {
  const worlds = healthyWorlds(seeds);
  return Object.entries(TROUBLES).flatMap(([name, factor]) =>
    ONSETS.map((onset) => {
      const beyond =
        Array.from({ length: 300 }, (_, since) => since).find((since) => factor(since) >= BEYOND) ?? 0;
      const delays = worlds.flatMap(({ losses }) => {
        const sick = losses.map((loss, i) => (i < onset ? loss : loss * factor(i - onset)));
        const word = firstWord(sick);
        return word === undefined ? [] : [word - onset - beyond];
      });
      return { name, onset, runs: worlds.length, caught: delays.length, most: Math.max(...delays) };
    }),
  );
}

export function divergenceTable(seeds: number): string {
  const healthy = falselyDiverged(seeds).map(
    ({ name, runs, stopped }) => `| healthy, ${name} | ${runs} | ${stopped} called diverged |`,
  );
  const sick = divergenceDelays(Math.ceil(seeds / 2)).map(
    ({ name, onset, runs, caught, most }) =>
      `| sick from step ${onset} on: ${name} | ${runs} | ${caught} caught${caught > 0 ? `, after ${most} steps at most` : ''} |`,
  );
  return ['| runs of 3,000 steps | runs | |', '|---|---|---|', ...healthy, ...sick].join('\n');
}
