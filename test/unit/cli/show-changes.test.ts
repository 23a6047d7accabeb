import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRun } from '../../../src/run/folder/create';
import { findProgram } from '../../../src/run/folder/find-program';
import { wholeExperiment } from '../../helpers/whole-experiment';
import { cli } from './harness';

let root = '';
const at = (...parts: string[]): string => path.join(root, ...parts);
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
    cwd: root,
    encoding: 'utf8',
  });

async function makeRun(name: string): Promise<void> {
  await createRun({
    ...{ experimentFile: at('a.train.yaml'), text: '', experiment: wholeExperiment({}) },
    ...{ runsDir: at('runs'), name, pitwallVersion: '0' },
  });
}

describe.skipIf(findProgram('git') === undefined)('show --changes', () => {
  beforeAll(async () => {
    root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-changes-'));
    await makeRun('before-git');
    git('init', '-q');
    writeFileSync(at('model.py'), 'width = 1\n');
    git('add', 'model.py');
    git('commit', '-qm', 'first');
    await makeRun('clean');
    writeFileSync(at('model.py'), 'width = 2 # \u001b[31m\n');
    await makeRun('changed');
    writeFileSync(at('model.py'), 'width = 3\n');
    await makeRun('other');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('prints what was changed when the run was started, with no effect on the terminal', async () => {
    const { code, out } = await cli(['show', 'changed', '--changes'], root);
    expect([code, out]).toEqual([0, expect.stringContaining('-width = 1\n+width = 2 # ')]);
    expect(out).not.toContain('\u001b');
    expect((await cli(['show', 'other', '--changes'], root)).out).toContain('+width = 3\n');
  });

  it('says in one line why there is nothing to print', async () => {
    const answers = await Promise.all(
      ['before-git', 'clean'].map((name) => cli(['show', name, '--changes'], root)),
    );
    const commit = git('rev-parse', 'HEAD').slice(0, 10);
    expect(answers.map(({ code, err }) => [code, err])).toEqual([
      [2, `${at('runs/before-git')}: was not started in a git repository\n`],
      [2, `${at('runs/clean')}: nothing was changed since commit ${commit}\n`],
    ]);
  });

  it('refuses a patch that another one took the place of', async () => {
    writeFileSync(at('runs/changed/changes.patch'), 'rm -rf /\n');
    const { code, err } = await cli(['show', 'changed', '--changes'], root);
    expect([code, err]).toEqual([
      2,
      `${at('runs/changed/changes.patch')}: is not what was kept when the run was started\n`,
    ]);
  });
});
