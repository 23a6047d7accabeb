import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runNameProblem } from '../../../src/run/folder/create';
import { cli } from './harness';

const HOSTILE = [
  'best$(touch x)',
  'a b',
  'b;c',
  '`d`',
  '--json',
  "q'",
  'star*',
  'line\nfeed',
  'esc\u001b[31m',
];
let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-complete-'));
  for (const name of ['plain-1', ...HOSTILE]) {
    mkdirSync(path.join(root, 'runs', name), { recursive: true });
    writeFileSync(path.join(root, 'runs', name, 'run.json'), '{}');
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.skipIf(process.platform === 'win32')(
  'a shell completes no name that it would take for more than a name',
  async () => {
    for (const command of ['show', 'rm', 'compare', 'watch']) {
      const { out } = await cli(['completion', 'words', '--', command, ''], root);
      expect(out.split('\n').filter(Boolean), command).toEqual(['plain-1', 'latest']);
    }
  },
);

it('no run gets a name that is an option or means another run', () => {
  for (const name of ['--json', '-1', 'latest', '.x', 'a b', 'nul'])
    expect(runNameProblem(name), name).toBeDefined();
  for (const name of ['a-1', 'latest-2', '1_b.c']) expect(runNameProblem(name), name).toBeUndefined();
});
