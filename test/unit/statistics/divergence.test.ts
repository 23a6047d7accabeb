import { expect, it } from 'vitest';
import { divergenceDelays, falselyDiverged } from '../../statistics/divergence-worlds';

// The short form of `node test/statistics/run.mjs divergence`, whose table is in docs/statistics.md.
it('no healthy run is called diverged, wherever its odd batches are', { timeout: 120_000 }, () => {
  const rows = falselyDiverged(1);
  expect(rows.reduce((sum, { runs }) => sum + runs, 0)).toBe(224);
  expect(rows.filter(({ stopped }) => stopped > 0)).toEqual([]);
});

it('a sick one is, within 16 steps of having left its bounds', { timeout: 120_000 }, () => {
  // Before there are 8 losses nothing is usual yet: a jump that then stays is not seen.
  const seen = divergenceDelays(1).filter(({ name, onset }) => onset >= 8 || !name.startsWith('a jump'));
  expect(seen).toHaveLength(14);
  for (const { name, onset, runs, caught, most } of seen)
    expect([name, onset, caught, most <= 16]).toEqual([name, onset, runs, true]);
});
