import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Rest, Spaced } from '../../../../src/engine/watch/rest';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function clockOf() {
  const time = { now: 1000, worked: 50 };
  const clock = { now: () => time.now, worked: () => time.worked };
  const work = (ms: number) => async (): Promise<void> => {
    time.now += 2 * ms;
    time.worked += ms;
  };
  return { time, clock, work };
}

it('rests so long that its work is the given share of a core, whatever a piece of it costs', async () => {
  const { time, clock, work } = clockOf();
  const rest = new Rest(0.05, clock);
  expect(rest.ms).toBe(0);
  await rest.after(work(40));
  expect(rest.ms).toBeCloseTo(760);
  time.now += 761;
  expect(rest.ms).toBe(0);
  await rest.after(work(1));
  expect(rest.ms).toBeCloseTo(19);
});

it('never rests for longer than a minute, and also after work that failed', async () => {
  const { time, clock } = clockOf();
  const rest = new Rest(0.05, clock);
  const fails = async (): Promise<void> => {
    time.worked += 1e6;
    throw new Error('gone');
  };
  await expect(rest.after(fails)).rejects.toThrow('gone');
  expect(rest.ms).toBe(60_000);
});

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
