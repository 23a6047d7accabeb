import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Spaced } from '../../../src/base/spaced';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('is done at once, then once after the pause however often it is asked for, and at once if it must be', () => {
  let times = 0;
  const spaced = new Spaced(() => times++);
  for (let i = 0; i < 5; i++) spaced.after(2000);
  expect(times).toBe(1);
  vi.advanceTimersByTime(1999);
  expect(times).toBe(1);
  vi.advanceTimersByTime(1);
  expect(times).toBe(2);
  spaced.after(2000);
  spaced.now();
  expect(times).toBe(3);
  vi.advanceTimersByTime(10_000);
  expect(times).toBe(3);
  spaced.after(2000);
  spaced.after(2000);
  spaced.dispose();
  vi.advanceTimersByTime(10_000);
  expect(times).toBe(4);
});
