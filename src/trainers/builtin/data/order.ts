import { createRandom, type Random, shuffle } from '../../../base/random';

const ORDER_STREAM = 0x5eed;

/** The order in which an epoch (from 1) visits n images: a function of seed and epoch alone. */
export function epochOrder(n: number, seed: number, epoch: number): number[] {
  const indices = Array.from({ length: n }, (_, i) => i);
  return shuffle(indices, createRandom(seed, mix(ORDER_STREAM, epoch)));
}

/** The random numbers of the sample at an index of an epoch, whichever worker prepares it and whenever. */
export function sampleRandom(seed: number, epoch: number, position: number): Random {
  return createRandom(seed, mix(epoch, position + 1));
}

/** Two integers to one 32-bit stream number (the finalizer of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) | 0;
}
