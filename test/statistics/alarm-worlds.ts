import { createRandom, type Random } from '../../src/base/random';

/** Losses of one simulated run, and the step from which on it is sick; a healthy one never is. */
export type World = {
  readonly kind: string;
  readonly losses: readonly number[];
  readonly sickFrom: number | undefined;
  /** The rules that may report it. */
  readonly rules: readonly string[];
};

const STEPS = 3000;

/** A standard normal number, by Box and Muller. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

type Shape = (step: number) => number;

/** What the loss of a healthy run does besides its noise. */
const SHAPES: Readonly<Record<string, Shape>> = {
  falls: (i) => 1 + 4 * Math.exp(-i / 300),
  'falls slowly': (i) => 2 + 1.5 / (1 + i / 800),
  'warms up, then falls': (i) => (i < 200 ? 5 + i / 400 : 1.5 + 4 * Math.exp(-(i - 200) / 400)),
  'fine-tune': (i) => 1.2 + 0.15 * Math.exp(-i / 400),
  'restarts of the LR': (i) => (1 + 3 * Math.exp(-i / 500)) * (i % 1000 < 120 && i >= 1000 ? 1.3 : 1),
  'first losses hundreds of times the last': (i) => 0.1 + 30 * Math.exp(-i / 60),
  'mosaic closes': (i) => (1 + 2 * Math.exp(-i / 400)) * (i > 2500 ? 0.7 : 1),
};

/** The noise of one batch, as a factor around 1. */
const NOISES: Readonly<Record<string, (random: Random) => number>> = {
  even: (random) => Math.exp(0.25 * normal(random)),
  rough: (random) => Math.exp(0.45 * normal(random)),
  'heavy tails': (random) =>
    Math.exp(0.25 * normal(random)) * (random.next() < 0.01 ? 4 + 20 * random.next() : 1),
  'one odd batch': (random) => Math.exp(0.25 * normal(random)) * (random.next() < 1 / 1000 ? 20 : 1),
};

/** What happens to a sick run from a step on: the loss, its place since then, and the factor to come. */
type Trouble = (loss: number, since: number, shape: Shape, random: Random) => number;
const TROUBLES: Readonly<Record<string, { readonly trouble: Trouble; readonly rules: readonly string[] }>> = {
  'a jump x 2.5': { trouble: (loss) => 2.5 * loss, rules: ['jump', 'creep', 'spike'] },
  'a creep x 6': {
    trouble: (loss, since) => loss * 6 ** Math.min(1, since / 1500),
    rules: ['creep', 'jump', 'spike'],
  },
  'a spike x 5 of 40 steps': { trouble: (loss, since) => (since < 40 ? 5 * loss : loss), rules: ['spike'] },
  'from step to step x 3': {
    trouble: (loss, since) => (since % 2 === 0 ? 1.7 * loss : loss / 1.7),
    rules: ['oscillation'],
  },
  'swings of 40 steps': {
    trouble: (loss, since) => loss * (1 + 0.7 * Math.sin((2 * Math.PI * since) / 40)),
    rules: ['oscillation', 'jump', 'spike'],
  },
};
const ONSET = 1200;

export function healthyWorlds(seeds: number): World[] {
  return cases(Object.keys(SHAPES), seeds, (shape, noise, random) => ({
    kind: `${shape}, ${noise}`,
    losses: series(SHAPES[shape], NOISES[noise], random),
    sickFrom: undefined,
    rules: [],
  }));
}

export function sickWorlds(seeds: number): World[] {
  const troubled = cases(Object.keys(TROUBLES), seeds, (name, noise, random) => {
    const { trouble, rules } = TROUBLES[name];
    const healthy = series(SHAPES['falls slowly'], NOISES[noise], random);
    const losses = healthy.map((loss, i) =>
      i < ONSET ? loss : trouble(loss, i - ONSET, SHAPES['falls slowly'], random),
    );
    return { kind: `${name}, ${noise}`, losses, sickFrom: ONSET, rules };
  });
  const idle = cases(['nothing is learned'], seeds, (kind, noise, random) => ({
    kind: `${kind}, ${noise}`,
    losses: series(() => 4, NOISES[noise], random),
    sickFrom: 0,
    rules: ['no_learning'],
  }));
  return [...troubled, ...idle];
}

function series(shape: Shape, noise: (random: Random) => number, random: Random): number[] {
  return Array.from({ length: STEPS }, (_, i) => shape(i) * noise(random));
}

function cases(
  names: readonly string[],
  seeds: number,
  make: (name: string, noise: string, random: Random) => World,
): World[] {
  return names.flatMap((name, n) =>
    Object.keys(NOISES).flatMap((noise, m) =>
      Array.from({ length: seeds }, (_, seed) =>
        make(name, noise, createRandom(1 + seed + 1000 * (n * 10 + m))),
      ),
    ),
  );
}
