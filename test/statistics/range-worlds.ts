import { createRandom, type Random } from '../../src/base/random';
import { readRange } from '../../src/domain/lr-range/suggest';
import type { RangePoint } from '../../src/domain/lr-range/types';

/** Noise of one batch, in the logarithm of its loss. */
type Noise = (random: Random) => number;

export const NOISES: Readonly<Record<string, Noise>> = {
  'noise of 10 %': (random) => 0.1 * random.normal(),
  'noise of 25 %': (random) => 0.25 * random.normal(),
  'noise of 70 %': (random) => 0.7 * random.normal(),
  'one batch of twenty four times as noisy': (random) =>
    (random.next() < 0.05 ? 1 : 0.25) * random.normal(),
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

/** Share of tests that give a number: of curves that tell of none, and of those that do, and what they then give. */
export function answersOf(kind: 'flat' | 'clear', noise: string, steps: number, runs: number) {
  const shape = kind === 'flat' ? flat : clear;
  const given = Array.from({ length: runs }, (_, i) => {
    const read = readRange(curve(shape, steps, NOISES[noise], createRandom(1 + i, steps)));
    return read.kind === 'found' ? [read.result.suggested] : [];
  }).flat();
  given.sort((a, b) => a - b);
  return { share: given.length / runs, spread: given[Math.round(0.9 * (given.length - 1))] / given[Math.round(0.1 * (given.length - 1))] };
}
