import { describe, expect, it } from 'vitest';
import { zSweepEntry, zSweepFile } from '../../../src/run/sweep';

const FILE = {
  ...{ format: 1, created: 0, file: '/a.sweep.yaml', text: '', pitwall: '0' },
  experiment: { file: '/a.train.yaml', text: '' },
  ...{ metric: 'map', rule: 'halving', reduction: 2, rungs: [2], epochs: 4, trials: [{}, { lr0: 0.1 }] },
};
const isRead = (change: object): boolean => zSweepFile.safeParse({ ...FILE, ...change }).success;

describe('a sweep folder of anybody', () => {
  it('is read if it is one', () => expect(isRead({})).toBe(true));

  it('is refused if its trials by keys or by rungs would fill the memory', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 1]));
    expect(isRead({ trials: [{}, many] })).toBe(false);
    expect(isRead({ rungs: Array.from({ length: 33 }, (_, i) => i + 1) })).toBe(false);
    expect(isRead({ rungs: [1, 1e15], epochs: 1e15 })).toBe(false);
  });

  it('has no metric that none can have, and no trial past the last', () => {
    const judged = { type: 'judged', t: 0, rung: 1, trial: 0, value: 0.5 };
    const isEntry = (change: object): boolean => zSweepEntry.safeParse({ ...judged, ...change }).success;
    expect(isEntry({})).toBe(true);
    for (const change of [{ value: 1e300 }, { value: 'NaN' }, { trial: 1000 }, { rung: 1e15 }])
      expect(isEntry(change)).toBe(false);
  });
});
