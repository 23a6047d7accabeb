import { expect, it } from 'vitest';
import { Rest } from '../../../../src/engine/watch/rest';

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
