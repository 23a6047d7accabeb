import path from 'node:path';
import { expect, it } from 'vitest';
import { entriesOf } from '../../../../src/engine/runs/list-runs';

it('of a runs folder with more entries than any real one, so many are read, and it is said', () => {
  const names = ['.trash', ...Array.from({ length: 20_001 }, (_, i) => `d${i}`)];
  const { dirs, problems } = entriesOf('/runs', names);
  expect([dirs.length, dirs[0]]).toEqual([20_000, path.join('/runs', 'd0')]);
  expect(problems).toEqual(['/runs: has 20001 entries; the first 20000 are read']);
  expect(entriesOf('/runs', names.slice(0, 20_001)).problems).toEqual([]);
});
