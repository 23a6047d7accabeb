import { describe, expect, it } from 'vitest';
import { answersOf } from '../../statistics/range-worlds';

// The short form of `node test/statistics/run.mjs range`, whose table is in docs/statistics.md.
describe('a range test', { timeout: 120_000 }, () => {
  it.each(['noise of 25 %', 'one batch of twenty four times as noisy'])(
    '%s: of flat curves nearly none has an answer',
    (noise) => {
      for (const steps of [96, 128])
        expect(answersOf({ kind: 'flat', noise, steps }, 60).share).toBeLessThanOrEqual(0.1);
    },
  );

  it('has one for a clear curve, much the same each time', () => {
    const { share, spread } = answersOf({ kind: 'clear', noise: 'noise of 25 %', steps: 128 }, 30);
    expect(share).toBeGreaterThanOrEqual(0.95);
    expect(spread).toBeLessThan(1.5);
  });
});
