import { createRandom, type Random } from '../../src/base/random';
import { readRange } from '../../src/domain/lr-range/suggest';
import type { RangePoint } from '../../src/domain/lr-range/types';

/** Noise of one batch, in the logarithm of its loss. */
type Noise = (random: Random) => number;

export const NOISES: Readonly<Record<string, Noise>> = {
  'noise of 10 %': (random) => 0.1 * random.normal(),
  'noise of 25 %': (random) => 0.25 * random.normal(),
  'noise of 70 %': (random) => 0.7 * random.normal(),
  'one batch of twenty four times as noisy': (random) => (random.next() < 0.05 ? 1 : 0.25) * random.normal(),
};

/** Of 96, the least for five decades, 128 as is usual, and more. */
export const STEPS = [96, 128, 256, 640];

type Shape = (lr: number) => number;
const flat: Shape = () => 5;
/** Flat below 1e-4, falls around 1e-2, explodes above .3. */
const clear: Shape = (lr) =>
  6 - 4 / (1 + Math.exp(-3 * (Math.log10(lr) + 2))) + (lr > 0.3 ? 40 * (lr - 0.3) : 0);

function curve(shape: Shape, steps: number, noise: Noise, random: Random): RangePoint[] {
  return Array.from({ length: steps }, (_, i) => {
    const lr = 1e-5 * 1e5 ** (i / (steps - 1));
    return { lr, loss: shape(lr) * Math.exp(noise(random)) };
  });
}

export type Answers = {
  /** Share of the tests that give a number. */
  readonly share: number;
  /** How far apart the middle 80 % of the numbers are, as a factor. */
  readonly spread: number;
};

export type RangeWorld = { readonly kind: 'flat' | 'clear'; readonly noise: string; readonly steps: number };

/** What range tests answer: of curves that have no answer, and of those that do. */
export function answersOf({ kind, noise, steps }: RangeWorld, runs: number): Answers {
  const shape = kind === 'flat' ? flat : clear;
  const given = Array.from({ length: runs }, (_, i) => {
    const read = readRange(curve(shape, steps, NOISES[noise], createRandom(1 + i, steps)));
    return read.kind === 'found' ? [read.result.suggested] : [];
  }).flat();
  given.sort((a, b) => a - b);
  const at = (share: number): number => given[Math.round(share * (given.length - 1))];
  return { share: given.length / runs, spread: at(0.9) / at(0.1) };
}

export function rangeTable(runs: number): string {
  const rows = Object.keys(NOISES).flatMap((noise) =>
    STEPS.map((steps) => {
      const none = answersOf({ kind: 'flat', noise, steps }, runs);
      const some = answersOf({ kind: 'clear', noise, steps }, Math.ceil(runs / 5));
      return `| ${noise} | ${steps} | ${percent(none.share)} | ${percent(some.share)} | x ${some.spread.toFixed(2)} |`;
    }),
  );
  const title = '| noise of one batch | steps | flat: a number | clear: a number | middle 80 % within |';
  return [title, '|---|---|---|---|---|', ...rows].join('\n');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
