import { expect, it } from 'vitest';
import { powerOf, seedShares } from '../../statistics/seed-worlds';

const WORLD = { runsA: 3, runsB: 3, spread: 0.01, imageError: 0.01, ratio: 1, difference: 0 };

// The short form of `node test/statistics/run.mjs seeds`, whose table is in docs/statistics.md.
it('the limits between recipes hold the true difference in 95 % of cases or more', () => {
  for (const [runsA, runsB] of [
    [2, 2],
    [5, 5],
  ]) {
    const { held } = seedShares({ ...WORLD, runsA, runsB }, 600);
    expect(held).toBeGreaterThan(0.925);
  }
});

it('and a real difference is found, on the right side', () => {
  const { decided, wrong } = seedShares({ ...WORLD, difference: 0.06 }, 300);
  expect(decided).toBeGreaterThan(0.9);
  expect(wrong).toBe(0);
});

it('what is advised decides in 8 of 10 cases, whether it is seeds, images or both', () => {
  const advised = [
    { runs: 2, spread: 0.015, imageError: 0.004, difference: 0.03 },
    { runs: 5, spread: 0.004, imageError: 0.012, difference: 0.02 },
    { runs: 3, spread: 0.02, imageError: 0.015, difference: 0.03 },
  ].map((power) => powerOf(power, 600));
  expect(advised.map(({ advised: text }) => text)).toEqual([
    '6 seeds of each',
    '3.3 times the images, 5 seeds of each',
    '3.9 times the images, 15 seeds of each',
  ]);
  for (const { decided = 0 } of advised) {
    expect(decided).toBeGreaterThan(0.75);
    expect(decided).toBeLessThan(0.9);
  }
});
