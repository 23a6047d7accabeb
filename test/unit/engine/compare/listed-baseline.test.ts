import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listedDifferences } from '../../../../src/engine/compare/listed-baseline';
import { writeDrawnRun } from '../../../helpers/judged-run';

test('draws of a validation that was made again since do not count', async () => {
  const runs = mkdtempSync(path.join(os.tmpdir(), 'pitwall-listed-'));
  onTestFinished(() => rmSync(runs, { recursive: true, force: true }));
  const drawn = { task: 'segment', key: 'k', spread: 0.01 };
  const [base, other] = [
    writeDrawnRun(runs, { ...drawn, name: 'base', map: 0.5, seed: 1 }),
    writeDrawnRun(runs, { ...drawn, name: 'other', map: 0.6, seed: 2 }),
  ].map((dir) => ({ dir, epoch: 2 }));
  expect((await listedDifferences(base, [other])).get(other.dir)?.difference).toBeCloseTo(0.1, 2);
  const file = path.join(other.dir, 'validation.jsonl');
  const [report] = readFileSync(file, 'utf8').split('\n');
  appendFileSync(file, `${report}\n`);
  expect((await listedDifferences(base, [other])).size).toBe(0);
});
