import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linesOf, runCliProcess } from '../helpers/cli';
import { copyTinyData } from '../helpers/old-runs';

let dir = '';
beforeAll(() => {
  dir = copyTinyData();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SETTINGS = ['epochs=2', 'warmup_epochs=1', 'lr0=0.01'].flatMap((key) => ['--set', key]);

it('trains a seed after the other, and says how far they spread', async () => {
  const { code, out } = await runCliProcess(
    ['repeat', 'tiny.train.yaml', '--seeds', '3,5', ...SETTINGS, '--json'],
    dir,
  );
  expect(code).toBe(0);
  const entries = linesOf(out).map((line) => JSON.parse(line));
  const { runs, spread } = entries.at(-1);
  expect(entries.at(-1)).toMatchObject({ type: 'seeds', spread: { runs: 2 } });
  expect(runs.map((run: { seed: number }) => run.seed)).toEqual([3, 5]);
  expect(spread.deviation).toBeGreaterThanOrEqual(0);
  expect(entries.filter((entry) => entry.type === 'result')).toHaveLength(2);
  // From then on the recipe is known by its seeds.
  const known = await runCliProcess(['repeat', 'tiny.train.yaml', ...SETTINGS, '--dry-run'], dir);
  expect(known.out).toMatch(/^2 seeds: mAP50-95 /m);
  const names = runs.map((run: { run: string }) => path.basename(run.run));
  const compared = await runCliProcess(['compare', ...names], dir);
  expect(compared.out).toContain('both runs are of one recipe');
});
