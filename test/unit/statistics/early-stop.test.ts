import { expect, it } from 'vitest';
import { costsOf, meanCost } from '../../statistics/early-stop-table';

// The short form of `node test/statistics/run.mjs early-stop`, whose table is in docs/statistics.md.
it('early stopping costs less than .01 of mAP in the mean over thirteen kinds of runs, and saves epochs', () => {
  const costs = costsOf({ patience: 10, knowsPlan: true }, 5);
  expect(costs).toHaveLength(13);
  const { lost, saved } = meanCost(costs);
  expect(lost).toBeLessThan(0.01);
  expect(saved).toBeGreaterThan(15);
  // A rule that does not know the LR stops runs before their last gain, and this world tells the two apart.
  expect(meanCost(costsOf({ patience: 10, knowsPlan: false }, 5)).lost).toBeGreaterThan(0.01);
});
