import { expect, it } from 'vitest';
import { drawnDifference } from '../../../../src/domain/compare/draw-record';
import { judgeNotWorse } from '../../../../src/domain/compare/gate';
import {
  biasCorrectedLimits,
  exceeded,
  holding,
  normalCdf,
  normalQuantile,
  percentileLimits,
  settled,
  shareBelow,
  shareBetter,
  wideLimits,
  widened,
} from '../../../../src/domain/compare/limits';
import { judgeDifference } from '../../../../src/domain/compare/verdict';

it('what rounding makes of equal ones is neither a loss nor a gain', () => {
  const nothing = { low: -4e-16, high: 4e-16 };
  expect(judgeNotWorse(nothing, 0)).toBe('passed');
  expect(judgeNotWorse({ low: -0.01 - 4e-16, high: 0 }, 0.01)).toBe('passed');
  expect(judgeNotWorse({ low: -4e-16, high: -4e-16 }, 0)).toBe('passed');
  expect([judgeDifference({ low: 4e-16, high: 4e-16 }), judgeDifference({ low: -1, high: -4e-16 })]).toEqual([
    'neither',
    'neither',
  ]);
  expect([settled(-4e-16), settled(1e-6)]).toEqual([0, 1e-6]);
  const maps = { map: 0.1 + 0.2, maps: [0.1 + 0.2, 0.7], units: 50 };
  const others = { map: 0.3, maps: [0.3, 0.7], units: 50 };
  expect(drawnDifference(maps, others)).toEqual({ difference: 0, low: 0, high: 0, probabilityBetter: 0.5 });
});

const values = Float64Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);

it.each([
  ['in order', [1, 2, 4], 0.75, 4],
  ['between two', [1, 2, 4], 0.625, 3],
  ['beyond the last', [1, 2, 4], 0.99, 4],
  ['of one', [1], 0.3, 1],
])('of n values a further one is below the (n + 1) share-th: %s', (_, sorted, share, expected) => {
  expect(exceeded(Float64Array.from(sorted), share)).toBe(expected);
});

it('percentile limits hold the middle 95 %', () => {
  const { low, high } = percentileLimits(values, 1e6);
  expect(low).toBeCloseTo(0.025, 5);
  expect(high).toBeCloseTo(0.975, 5);
});

it('of few images a little more than the middle 95 % is taken (Hesterberg 2015, table 6)', () => {
  const tail = (images: number): number => percentileLimits(values, images).low;
  // Hesterberg's adjusted tail for a nominal .025: .0010 of n = 5, .0086 of n = 10, .0157 of n = 20, .0214 of n = 50.
  expect(tail(5)).toBeCloseTo(0.001, 3);
  expect(tail(10)).toBeCloseTo(0.0086, 3);
  expect(tail(20)).toBeCloseTo(0.0157, 2);
  expect(percentileLimits(values, 10).high).toBeCloseTo(1 - tail(10), 12);
});

it('of replicates that are wide already it is a little less (Student, not the narrowness of the bootstrap)', () => {
  const [plain, wide] = [percentileLimits(values, 10), wideLimits(values, 10)];
  // 2.262 of nine degrees of freedom.
  expect(wide.low).toBeCloseTo(normalCdf(-2.262), 4);
  expect(wide.low).toBeGreaterThan(plain.low);
  expect(wideLimits(values, 1e6).low).toBeCloseTo(0.025, 5);
});

it('of fewer than five images nothing is known of a difference', () => {
  expect(wideLimits(values, 4)).toEqual({ low: -1, high: 1 });
  expect(wideLimits(values, 5).low).toBeGreaterThan(0);
  expect(percentileLimits(values, 4)).toEqual({ low: -1, high: 1 });
  expect([shareBetter(values, 4), shareBetter(values, 5)]).toEqual([0.5, 1]);
  const four = { map: 0.1, maps: [0.1, 0.2], units: 4 };
  expect(drawnDifference(four, { ...four, map: 0.7, maps: [0.8, 0.8] }).probabilityBetter).toBe(0.5);
});

it('limits hold their own estimate, and nothing that a mAP or a difference cannot be', () => {
  const alike = new Float64Array(50).fill(0.373);
  expect(biasCorrectedLimits(alike, 0.372, 5)).toEqual({ low: 0.372, high: 0.373 });
  expect(biasCorrectedLimits(alike, 0.372, 4)).toEqual({ low: Number.NaN, high: Number.NaN });
  expect(biasCorrectedLimits(Float64Array.of(-0.02, 0.5, 1.01), 0.5, 5)).toEqual({ low: 0, high: 1 });
  expect(holding({ low: 0.8, high: 1.013 }, 0.75)).toEqual({ low: 0.75, high: 1 });
  expect(holding({ low: -1.2, high: -0.9 }, -0.8)).toEqual({ low: -1, high: -0.8 });
  expect(widened({ low: 0.2, high: 0.9 }, 0.6, 2)).toEqual({ low: expect.closeTo(-0.2, 12), high: 1 });
});

it('without bias the corrected limits are the percentile limits', () => {
  const { low, high } = biasCorrectedLimits(values, 0.5, 50);
  expect(low).toBeCloseTo(0.025, 5);
  expect(high).toBeCloseTo(0.975, 5);
});

it('replicates above the estimate move the corrected limits down', () => {
  const { low, high } = biasCorrectedLimits(values, 0.3, 50);
  expect(low).toBeLessThan(0.01);
  expect(high).toBeLessThan(0.85);
});

it('equal values count half', () => {
  expect(shareBelow(Float64Array.of(0, 1, 1, 2), 1)).toBe(0.5);
});

it.each([
  [0.975, 1.959963985],
  [0.5, 0],
  [0.0013498980316, -3],
])('the normal quantile of %d is %d', (share, z) => {
  expect(normalQuantile(share)).toBeCloseTo(z, 4);
  expect(normalCdf(z)).toBeCloseTo(share, 6);
});
