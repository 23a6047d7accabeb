import { expect, it } from 'vitest';
import { namingShare } from '../../statistics/class-worlds';
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

// And of `classes`.
it('of equal detectors that find all of an image or nothing hardly a table names a class either', {
  timeout: 240_000,
}, () => {
  // Of 150 of .05 all but one in a thousand are at most 17.
  expect(namingShare({ classes: 8, images: 20, labels: 2 }, 150)).toBeLessThanOrEqual(17 / 150);
  expect(namingShare({ classes: 20, images: 4, labels: 2 }, 20)).toBe(0);
});
