import { expect, it } from 'vitest';
import { singleShares } from '../../statistics/single-worlds';

// The short form of `node test/statistics/run.mjs single`, whose table is in docs/statistics.md.
it('the limits of one mAP hold the true one in about nine of ten val sets', { timeout: 240_000 }, () => {
  // Of 120 of .9 all but one in a thousand lie within.
  expect(singleShares({ images: 128, classes: 6 }, 120).held).toBeGreaterThan(0.82);
});

it('of equal detectors hardly a table names a class, though single intervals would', {
  timeout: 240_000,
}, () => {
  const { named, singly } = singleShares({ images: 128, classes: 20 }, 120);
  expect(named).toBeLessThan(0.12);
  expect(singly).toBeGreaterThan(0.4);
});
