import { expect, it } from 'vitest';
import { isZero } from '../../../../webview/charts/ticks';

it('a tick that is 0 but for rounding is 0, and a small one among small ones is not', () => {
  const at = (...values: number[]) => values.map((value) => ({ value }));
  expect(isZero(2.17e-19, at(-0.001, 2.17e-19, 0.001))).toBe(true);
  expect(isZero(0, at(0, 1))).toBe(true);
  expect(isZero(1e-7, at(0, 1e-7, 2e-7))).toBe(false);
});
