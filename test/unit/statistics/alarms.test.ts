import { describe, expect, it } from 'vitest';
import { tableOf } from '../../statistics/alarm-table';
import { healthyWorlds, sickWorlds } from '../../statistics/alarm-worlds';

// The short form of test/statistics/alarms.mjs, whose table is committed beside it.
describe('alarms in a simulated world', { timeout: 240_000 }, () => {
  it('catch every trouble, however noisy the batches', () => {
    for (const { kind, runs, hits } of tableOf(sickWorlds(2))) expect([kind, hits]).toEqual([kind, runs]);
  });

  it('are silent on healthy runs, whatever their shape and their odd batches', () => {
    const rows = tableOf(healthyWorlds(2));
    const alarmed = rows.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0);
    expect(rows.reduce((sum, { runs }) => sum + runs, 0)).toBe(56);
    expect(alarmed).toBeLessThanOrEqual(2);
  });
});
