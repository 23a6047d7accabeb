import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../helpers/shared';

// The faults that need a C compiler and /proc; 500 are run by hand (docs/faults.md).
const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const isPossible = process.platform === 'linux' && hasCompiler;
if (!isPossible) console.warn('SKIPPED, LOUDLY: no C compiler or no Linux, so no faults were tried');

test.runIf(isPossible)(
  '25 faults leave every run true, whole and able to go on',
  () => {
    const script = path.join(repositoryRoot, 'test/faults/run.mjs');
    // What is shown has ten seconds to become true; a busy machine gets more.
    const env = { ...process.env, PITWALL_TRUE_MS: '40000' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--count', '25', '--seed', '1'], {
      encoding: 'utf8',
      env,
    });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toContain('25 of 25 faults without a finding');
  },
  3_600_000,
);
