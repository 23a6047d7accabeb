import { describe, expect, it } from 'vitest';
import { percentileLimits } from '../../../src/domain/compare/limits';
import { type Cell, coverageOf, type Interval } from '../../statistics/coverage';

const EFFORT = { simulations: 120, replicates: 200, population: 10_000 };
/** Of 120 simulations of .95, all but one in a thousand lie within. */
const [LOW, HIGH] = [0.88, 1];

const cell = (change: Partial<Cell>): Cell => ({
  ...{ images: 50, classes: 6, cluster: 1, gain: 0, isGrouped: true },
  ...change,
});

/** The plain percentile interval, of every image and every class alike. */
const PLAIN: Interval = ({ a }, { a: mapsA, b: mapsB }) => {
  const present = (aps: Float64Array): number => {
    const known = aps.filter((ap) => !Number.isNaN(ap));
    return known.reduce((sum, ap) => sum + ap, 0) / known.length;
  };
  const draws = Float64Array.from({ length: mapsA.length / a.classes }, (_, k) => {
    const at = [k * a.classes, (k + 1) * a.classes] as const;
    return present(mapsB.subarray(...at)) - present(mapsA.subarray(...at));
  });
  return percentileLimits(draws, a.images);
};

// The short form of `node test/statistics/run.mjs coverage`, whose table is in docs/statistics.md.
describe('95 % limits of a difference hold the true one', { timeout: 240_000 }, () => {
  it.each([
    ['few classes', cell({})],
    ['few classes, a real difference', cell({ gain: 0.25 })],
    ['more classes than most images tell of', cell({ classes: 70, gain: 0.25 })],
    ['frames of videos, drawn by video', cell({ images: 100, cluster: 5 })],
  ])('%s', (_, world) => {
    const { held } = coverageOf(world, EFFORT);
    expect(held).toBeGreaterThanOrEqual(LOW);
    expect(held).toBeLessThanOrEqual(HIGH);
  });

  it('and this would be seen if they did not', () => {
    const frames = cell({ images: 100, cluster: 5, isGrouped: false });
    expect(coverageOf(frames, EFFORT).held).toBeLessThan(0.75);
    const halved: Interval = (...drawn) => {
      const { low, high } = PLAIN(...drawn);
      return { low: (3 * low + high) / 4, high: (low + 3 * high) / 4 };
    };
    expect(coverageOf(cell({}), EFFORT, halved).held).toBeLessThan(0.8);
    expect(coverageOf(cell({ classes: 70, gain: 0.25 }), EFFORT, PLAIN).held).toBeLessThan(
      coverageOf(cell({ classes: 70, gain: 0.25 }), EFFORT).held,
    );
  });
});
