import { expect, it } from 'vitest';
import { seedShares } from '../../statistics/seed-worlds';

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
