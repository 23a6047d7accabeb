import { expect, it } from 'vitest';
import { bestShares } from '../../statistics/best-worlds';

// The short form of `node test/statistics/run.mjs best`, whose table is in docs/statistics.md.
it('of equally good checkpoints hardly any is called worse than the best', { timeout: 240_000 }, () => {
  const { falsely, optimism, said } = bestShares({ images: 64, checkpoints: 10 }, 25);
  expect(falsely).toBeLessThanOrEqual(0.05);
  expect(said).toBeGreaterThan(optimism / 2);
  expect(said).toBeLessThan(optimism * 2);
});

it('and one that is worse is', { timeout: 240_000 }, () => {
  expect(bestShares({ images: 64, checkpoints: 5, loss: 0.6 }, 15).caught).toBeGreaterThanOrEqual(0.8);
});
