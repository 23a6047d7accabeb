import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { needForPoint, needSentence, spreadOf, spreadSentence } from '../../../../src/domain/compare/spread';

describe('the spread of seeds', () => {
  it('is the standard deviation between runs, and the limits of their mean are Student’s', () => {
    const spread = spreadOf([0.5, 0.52, 0.54]);
    expect(spread?.mean).toBeCloseTo(0.52, 12);
    expect(spread?.deviation).toBeCloseTo(0.02, 12);
    // 4.303 is the 97.5 % quantile of t with two degrees of freedom.
    expect((spread?.limits?.high ?? 0) - 0.52).toBeCloseTo((4.303 * 0.02) / Math.sqrt(3), 4);
  });
  it('has limits that a mAP can have', () => {
    expect(spreadOf([0.1, 0.9])?.limits).toEqual({ low: 0, high: 1 });
  });
  it('is not known of one run, and there is none of no run', () => {
    expect(spreadOf([])).toBeUndefined();
    const one = spreadOf([0.5]);
    expect(one).toMatchObject({ runs: 1, mean: 0.5, deviation: undefined });
    expect(needForPoint(one, 0)).toBeUndefined();
    expect(inEnglish(needSentence(undefined))).toContain('after two seeds');
  });
  it('says what one point of mAP would take', () => {
    const narrow = spreadOf([0.5, 0.505, 0.51]);
    expect(needForPoint(narrow, 0)).toMatchObject({ kind: 'seeds' });
    expect(inEnglish(needSentence(needForPoint(narrow, 0)))).toMatch(
      /^to see \+\.010 over it: \d+ seeds of each recipe$/,
    );
    // Three seeds that spread by .005 take more than a point's room: images alone do nothing.
    expect(needForPoint(narrow, 0.02)).toMatchObject({ kind: 'beyond' });
    expect(needForPoint(narrow, 0.01)).toMatchObject({ kind: 'images', seeds: 9 });
    expect(inEnglish(needSentence(needForPoint(narrow, 0.01)))).toBe(
      'to see +.010 over it: 15.7 times as many val images and 9 seeds of each recipe',
    );
    const steady = spreadOf([0.5, 0.501, 0.502]);
    expect(inEnglish(needSentence(needForPoint(steady, 0.01)))).toMatch(
      /^to see \+\.010 over it: \d+\.\d times as many val images, and as many seeds of the other recipe$/,
    );
    expect(needForPoint(spreadOf([0.4, 0.6]), 0.9)).toMatchObject({ kind: 'beyond' });
  });
  it('is a sentence', () => {
    const spread = spreadOf([0.5, 0.52]);
    expect(spread && inEnglish(spreadSentence(spread))).toMatch(/^2 seeds: mAP50-95 0\.510 in the mean/);
  });
});
