import type { TrialSettings } from './types';

/** Learning rates at which training is tried for a moment without warm-up, from half of the file's own upwards. */
export const probeRates = (lr0: number): number[] => timesFactors(lr0, [0.5, 1, 2, 4, 8, 16]);

/** Those below, for a file at half of whose LR training dies. */
export const lowerRates = (lr0: number): number[] => timesFactors(lr0, [1 / 32, 1 / 16, 1 / 8, 1 / 4]);

const timesFactors = (lr0: number, factors: readonly number[]): number[] =>
  factors.map((factor) => Number((lr0 * factor).toPrecision(3))).filter((rate) => rate <= 1);

/** How a probe ended at its rate. */
export type Probe = { readonly lr0: number; readonly isAlive: boolean };

export type CriticalRate = {
  /** The highest rate at which training lives without warm-up. */
  readonly safe: number;
  /** The lowest at which it does not; undefined if it lived at every one. */
  readonly critical: number | undefined;
};

/** Undefined if training died at every rate that was tried. */
export function criticalRate(probes: readonly Probe[]): CriticalRate | undefined {
  const ascending = probes.toSorted((a, b) => a.lr0 - b.lr0);
  const dead = ascending.findIndex(({ isAlive }) => !isAlive);
  const safe = dead < 0 ? ascending.at(-1) : ascending[dead - 1];
  return safe && { safe: safe.lr0, critical: dead < 0 ? undefined : ascending[dead].lr0 };
}

const LENGTHS = [1, 2, 4];

/**
 * Warm-ups to be compared: none and several, at the highest rate that lives without one and at the lowest that does not. Trial 0
 * is the experiment as it stands.
 */
export function warmupTrials({ safe, critical = safe }: CriticalRate, epochs: number): TrialSettings[] {
  const lengths = LENGTHS.filter((length) => length <= epochs / 2);
  const middle = lengths[Math.floor((lengths.length - 1) / 2)] ?? 1;
  const rates = [...new Set([safe, critical])];
  return [
    {},
    ...rates.flatMap((lr0) => [
      { lr0, warmup_epochs: 0 },
      ...lengths.map((warmup_epochs) => ({ lr0, warmup_epochs, warmup_shape: 'linear' })),
    ]),
    { lr0: critical, warmup_epochs: middle, warmup_shape: 'exponential' },
  ];
}
