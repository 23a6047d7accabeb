import { describe, expect, it } from 'vitest';
import { plotCurve, rangeOf, sideBySide } from '../../../../src/cli/output/plot';

describe('plotCurve', () => {
  it('draws a falling line from the top left to the bottom right', () => {
    expect(plotCurve([3, 2, 1, 0], { width: 2, height: 1 })).toEqual(['3.00 ┤⠑⢄']);
  });
  it('leaves gaps if values are not finite', () => {
    const [line] = plotCurve([1, Number.NaN, Number.NaN, 1], { width: 2, height: 1, range: [0, 1] });
    expect(line.at(-2)).not.toBe(String.fromCodePoint(0x2800));
    expect(line).toMatch(/⠁⠈$/);
  });
  it('keeps a spike of one value among many', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i === 5000 ? 1 : 0));
    const top = plotCurve(values, { width: 10, height: 4 })[0];
    expect(
      [...top.slice(top.indexOf('┤') + 1)].filter((c) => c !== String.fromCodePoint(0x2800)),
    ).toHaveLength(1);
  });
  it('labels top, middle and bottom', () => {
    const drawn = plotCurve([0, 10], { width: 4, height: 5 });
    expect(drawn.map((line) => line.split(/[┤│]/)[0].trim())).toEqual(['10.0', '', '5.00', '', '0']);
  });
  it('spaces a logarithmic axis by powers', () => {
    const drawn = plotCurve([1, 100], { width: 4, height: 3, scale: 'log' });
    expect(drawn.map((line) => line.split('┤')[0].trim())).toEqual(['100', '10.0', '1.00']);
  });
});

describe('rangeOf', () => {
  it('ignores what is not finite, and has an answer for nothing', () => {
    expect(rangeOf([Number.NaN, 2, Number.POSITIVE_INFINITY, 1])).toEqual([1, 2]);
    expect(rangeOf([])).toEqual([0, 1]);
  });
});

describe('sideBySide', () => {
  it('pads the left block and keeps the longer one whole', () => {
    expect(sideBySide(['a', 'bbb'], ['x', 'y', 'z'], 1)).toEqual(['a   x', 'bbb y', '    z']);
  });
});
