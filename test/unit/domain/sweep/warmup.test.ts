import { describe, expect, it } from 'vitest';
import { criticalRate, lowerRates, probeRates, warmupTrials } from '../../../../src/domain/sweep/warmup';

/** Alive below a rate. */
const probesOf = (rates: readonly number[], below: number) =>
  rates.map((lr0) => ({ lr0, isAlive: lr0 < below }));

describe('probes without warm-up', () => {
  it('double from half of the LR of the file, and stay in its range', () => {
    expect(probeRates(0.02)).toEqual([0.01, 0.02, 0.04, 0.08, 0.16, 0.32]);
    expect(probeRates(0.5)).toEqual([0.25, 0.5, 1]);
    expect(lowerRates(0.02)).toEqual([0.000625, 0.00125, 0.0025, 0.005]);
    expect(
      criticalRate([...probesOf(lowerRates(0.02), 0.003), ...probesOf(probeRates(0.02), 0.003)]),
    ).toEqual({
      safe: 0.0025,
      critical: 0.005,
    });
  });

  it('find the highest LR at which training lives and the lowest at which it dies', () => {
    const check = (alive: boolean[], expected: ReturnType<typeof criticalRate>): void =>
      expect(criticalRate(alive.map((isAlive, i) => ({ lr0: i + 1, isAlive })))).toEqual(expected);
    check([true, true, false, true], { safe: 2, critical: 3 });
    check([true, true], { safe: 2, critical: undefined });
    check([false, true], undefined);
  });
});

describe('the warm-ups that are compared', () => {
  it('begin with the file as it stands, with none and several at both rates', () => {
    const trials = warmupTrials({ safe: 0.02, critical: 0.04 }, 8);
    expect(trials[0]).toEqual({});
    expect(trials.filter(({ warmup_epochs }) => warmup_epochs === 0).map(({ lr0 }) => lr0)).toEqual([
      0.02, 0.04,
    ]);
    expect(trials.filter(({ lr0 }) => lr0 === 0.04).map(({ warmup_epochs }) => warmup_epochs)).toEqual([
      0, 1, 2, 4, 2,
    ]);
  });

  it('are at most half of the training long, and at one rate if none kills it', () => {
    const trials = warmupTrials({ safe: 0.3, critical: undefined }, 4);
    expect(trials.map(({ warmup_epochs }) => warmup_epochs)).toEqual([undefined, 0, 1, 2, 1]);
    expect(new Set(trials.slice(1).map(({ lr0 }) => lr0))).toEqual(new Set([0.3]));
  });
});
