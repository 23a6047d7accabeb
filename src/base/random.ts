/** A small portable generator: the same numbers on every machine for a seed. */
export type Random = {
  /** Uniform in [0, 1) with 32 bits. */
  next(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Standard normal (Box and Muller 1958). */
  normal(): number;
};

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32; `stream` gives independent sequences of one seed. */
export function createRandom(seed: number, stream = 0): Random {
  const words = seedWords(seed, stream);
  const next = (): number => sfc32(words) / 4294967296;
  for (let i = 0; i < 12; i++) next();
  return {
    next,
    below: (n) => Math.floor(next() * n),
    between: (low, high) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

function seedWords(seed: number, stream: number): Uint32Array {
  const words = new Uint32Array(4);
  let state = (seed ^ Math.imul(stream, 0x9e3779b9)) >>> 0;
  for (let i = 0; i < 4; i++) {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    words[i] = z ^ (z >>> 15);
  }
  words[3] = (words[3] ^ stream) >>> 0;
  return words;
}

function sfc32(s: Uint32Array): number {
  const t = (s[0] + s[1] + s[3]) >>> 0;
  s[3] += 1;
  s[0] = s[1] ^ (s[1] >>> 9);
  s[1] = s[2] + (s[2] << 3);
  s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t;
  return t;
}

/** Fisher-Yates, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
