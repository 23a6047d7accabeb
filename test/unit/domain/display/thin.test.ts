import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { createSmoother, exponentialAverage, smooth } from '../../../../src/domain/display/smooth';
import { lowerBound, thin } from '../../../../src/domain/display/thin';

const points = (y: readonly number[]) => ({ x: Float64Array.from(y, (_, i) => i), y: Float64Array.from(y) });
const window = (from: number, to: number, buckets: number) => ({ from, to, buckets });

describe('thinning', () => {
  it('keeps everything while there are at most two points a pixel', () => {
    const all = points([3, 1, 4, 1, 5]);
    expect(thin(all, window(0, 4, 100))).toEqual(all);
  });

  it('keeps every peak and every dip of a million noisy points, within three points a bucket', () => {
    const random = createRandom(1);
    const y = Float64Array.from({ length: 1_000_000 }, () => random.normal());
    y[123_456] = 99;
    y[654_321] = -99;
    const result = thin({ x: y.map((_, i) => i), y }, window(0, 999_999, 500));
    expect(result.y.length).toBeLessThanOrEqual(1508);
    expect(Math.max(...result.y)).toBe(99);
    expect(Math.min(...result.y)).toBe(-99);
    expect([...result.x]).toEqual([...result.x].sort((a, b) => a - b));
  });

  it('draws what is not finite as a gap, and keeps its neighbours', () => {
    const y = Array.from({ length: 1000 }, (_, i) => (i >= 400 && i < 600 ? Number.NaN : i));
    y[10] = Number.POSITIVE_INFINITY;
    const { x, y: thinned } = thin(points(y), window(0, 999, 20));
    expect(thinned.some((v) => v === Number.POSITIVE_INFINITY)).toBe(false);
    const gaps = x.filter((_, i) => Number.isNaN(thinned[i]));
    expect(gaps.some((at) => at > 400 && at < 600)).toBe(true);
    expect(Math.max(...thinned.filter((v) => !Number.isNaN(v)))).toBe(999);
  });

  it('shows a zoomed range with its neighbours, so that lines run to the edge', () => {
    const { x } = thin(points(Array.from({ length: 1000 }, (_, i) => i)), window(100, 110, 50));
    expect([x[0], x[x.length - 1]]).toEqual([99, 111]);
  });

  it('finds places in an ascending column', () => {
    const check = (value: number, expected: number) => expect(lowerBound([1, 3, 3, 7], value)).toBe(expected);
    check(0, 0);
    check(3, 1);
    check(4, 3);
    check(8, 4);
  });
});

describe('smoothing', () => {
  it('starts at the first value, without the pull towards zero of a plain average', () => {
    for (const value of smooth([5, 5, 5], 0.99)) expect(value).toBeCloseTo(5, 12);
  });

  it('is the weighted mean of its definition', () => {
    const w = 0.5;
    const expected = (w * w * 1 + w * 2 + 4) / (w * w + w + 1);
    expect(smooth([1, 2, 4], w)[2]).toBeCloseTo(expected, 12);
  });

  it('leaves gaps if a value is not finite, and goes on from what was before', () => {
    const result = smooth([2, Number.NaN, 2], 0.9);
    expect(Number.isNaN(result[1])).toBe(true);
    expect(result[2]).toBeCloseTo(2, 12);
  });

  it('goes on where it stopped as if it had not, thousands of values on', () => {
    const values = Float64Array.from({ length: 20_000 }, (_, i) => 1 + Math.sin(i / 50));
    const smoother = createSmoother(0.9);
    const pieces = new Float64Array(values.length);
    smoother.extend(values.subarray(0, 7_000), pieces, 0);
    smoother.extend(values, pieces, 7_000);
    expect(pieces).toEqual(smooth(values, 0.9));
    const plain = values.reduce((average, value) => 0.9 * average + 0.1 * value, 0);
    expect(pieces.at(-1)).toBeCloseTo(plain, 12);
  });

  it('averages checkpoints over a window as early stopping does', () => {
    expect(exponentialAverage([0.3, 0.6], 5)).toEqual([0.3, expect.closeTo(0.4, 12)]);
  });
});
