import { expect, it } from 'vitest';
import { ownIdentity } from '../../../src/engine/process/identity';
import type { StatusFile } from '../../../src/run/files';
import { endOf, hoursOf, knownTime, newestFirst } from '../../../src/run/times';

const NOW = Date.now();
const HOUR = 3_600_000;
const status = (more: Partial<StatusFile>): StatusFile => ({
  ...{
    format: 1,
    state: 'completed',
    stalled: false,
    queue: { waiting: [] },
    heartbeat: NOW,
    keeper: ownIdentity(),
  },
  ...more,
});

it('a run ended when its status says so, else at its end event, else when it was last seen', () => {
  expect(endOf(status({ endedAt: 7 }), { t: 6 })).toBe(7);
  expect(endOf(status({}), { t: 6 })).toBe(6);
  expect(endOf(status({}))).toBe(NOW);
  expect(endOf(undefined)).toBeUndefined();
});

it('hours are those until the end, and not known of a run that was made at no time', () => {
  const created = NOW - 10 * HOUR;
  expect(hoursOf({ created }, status({ endedAt: created + 2 * HOUR }))).toBe(2);
  expect(hoursOf({ created }, status({}))).toBe(10);
  expect(hoursOf({ created: 1e300 }, status({}))).toBeUndefined();
  expect(hoursOf({ created }, undefined)).toBeUndefined();
});

it('a time before 2000 or of the future is none, and what claims to be of the future is not the newest', () => {
  const days = (count: number): number => NOW + count * 24 * HOUR;
  expect([days(-300), days(0.5)].map((t) => knownTime(t, NOW))).toEqual([days(-300), days(0.5)]);
  expect([1e300, days(2), 0, -1e300].map((t) => knownTime(t, NOW))).toEqual(Array(4).fill(undefined));
  const created = [1e300, days(-2), days(-1), 5].map((one) => ({ created: one }));
  expect(created.toSorted(newestFirst).map((one) => one.created)).toEqual([days(-1), days(-2), 5, 1e300]);
});
