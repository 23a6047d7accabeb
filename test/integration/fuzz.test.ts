import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../helpers/shared';

// A million are tried by hand (docs/faults.md).
test('20,000 mutated inputs crash no reader, hang none, and are refused in one line', () => {
  const script = path.join(repositoryRoot, 'test/fuzz/run.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--count', '20000'], {
    encoding: 'utf8',
  });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  expect(stdout).toMatch(/^20\d{3} inputs, 0 findings/m);
}, 600_000);
