import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { banner, editorOutcome, failureNote, vitestFailures } from '../../../src/build/outcome.mjs';
import { repositoryRoot } from '../../helpers/shared';

// A suite that cannot run on a machine is skipped on a person's machine, and fails in continuous integration.
type Report = { passed: number; failed: number; skipped: number; why?: string };

describe('what the suite in a real VS Code counts for', () => {
  const check = (report: Report | undefined, status: number, ci: boolean, expected: Report): void => {
    const { passed, failed, skipped } = editorOutcome(report, status, ci);
    expect({ passed, failed, skipped }).toEqual(expected);
  };
  const skipped = { passed: 0, failed: 0, skipped: 1, why: 'no compiler' };

  it('counts as it says where it ran', () => {
    check({ passed: 40, failed: 0, skipped: 0 }, 0, true, { passed: 40, failed: 0, skipped: 0 });
    check({ passed: 39, failed: 1, skipped: 0 }, 1, false, { passed: 39, failed: 1, skipped: 0 });
  });
  it('is a failure if it fell over outside of its tests', () =>
    check({ passed: 40, failed: 0, skipped: 0 }, 1, false, { passed: 40, failed: 1, skipped: 0 }));
  it('is a failure if it left no report', () =>
    check(undefined, 1, false, { passed: 0, failed: 1, skipped: 0 }));
  it('is one skip if it could not run', () => check(skipped, 0, false, { passed: 0, failed: 0, skipped: 1 }));
  it('is a failure in continuous integration if it could not run', () =>
    check(skipped, 1, true, { passed: 0, failed: 1, skipped: 0 }));
  it('is a failure in continuous integration if no test was left to run', () =>
    check({ passed: 0, failed: 0, skipped: 0 }, 0, true, { passed: 0, failed: 1, skipped: 0 }));
});

describe('the last lines of the test command', () => {
  const file = (name: string, message: string, tests: [string, string][]): object => ({
    name: `/tree/test/${name}`,
    message,
    assertionResults: tests.map(([status, fullName]) => ({ status, fullName })),
  });
  it('name the failed tests, and the files that did not load', () => {
    const files = [
      file('a.test.ts', '', [
        ['passed', 'counts'],
        ['failed', 'counts twice'],
      ]),
      file('b.test.ts', 'Cannot find module\n  at c.ts', []),
    ];
    const failures = vitestFailures(files, '/tree');
    expect(failures).toEqual(['test/a.test.ts: counts twice', 'test/b.test.ts: Cannot find module']);
    expect(failureNote('unit', failures)).toEqual([['FAILED in unit:', ...failures]]);
    expect(failureNote('unit', [])).toEqual([]);
  });
});

describe('the suite on a machine without a browser', () => {
  const run = (ci: boolean): { status: number | null; text: string; report: Report } => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-gate-'));
    const file = path.join(folder, 'e2e.json');
    const { CI: _, ...env } = process.env;
    const result = spawnSync(process.execPath, ['test/e2e/run.mjs', '--report', file], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      env: { ...env, PITWALL_CHROMIUM: '/no/such/browser', ...(ci ? { CI: 'true' } : {}) },
    });
    const report = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(folder, { recursive: true });
    return { status: result.status, text: result.stdout, report };
  };

  it('says so in a way that cannot be overlooked, and ends well', () => {
    const { status, text, report } = run(false);
    expect(status).toBe(0);
    expect(text).toContain(banner(`SKIPPED: the suite in a real VS Code, the whole of it`, report.why ?? ''));
    expect(text).toContain('0 passed, 0 failed, 1 skipped');
  });

  it('fails with CI=true', () => {
    const { status, text } = run(true);
    expect(status).toBe(1);
    expect(text).toContain('CI=true makes that a failure');
    expect(text).toContain('0 passed, 1 failed, 0 skipped');
  });
});
