import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../helpers/shared';

// The walk-throughs of CONTRIBUTING, done in a copy of the tree: a key of the experiment, a number of each step, an alarm in two
// languages, and a trainer that only prints losses. What they touch is in fixtures/walk-throughs; nothing else is changed, and all of it works.

type Edit = {
  readonly before: string;
  readonly add: readonly string[];
  readonly replace?: readonly [string, string];
};

const fixtures = path.join(repositoryRoot, 'test/fixtures/walk-throughs');
const EDITS = JSON.parse(readFileSync(path.join(fixtures, 'edits.json'), 'utf8')) as Record<string, Edit>;
const TRAINER = 'src/trainers/printed/main.ts';

let copy = '';
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'pitwall-walk-'));
  for (const name of ['src', 'media', 'webview', 'package.json', 'tsconfig.json', 'docs'])
    cpSync(path.join(repositoryRoot, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  for (const [name, edit] of Object.entries(EDITS)) apply(path.join(copy, name), edit);
  mkdirSync(path.join(copy, path.dirname(TRAINER)));
  cpSync(path.join(fixtures, 'printed.txt'), path.join(copy, TRAINER));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function apply(file: string, { before, add, replace }: Edit): void {
  const text = readFileSync(file, 'utf8');
  expect(text.split(before)).toHaveLength(2);
  const added = text.replace(before, () => `${add.join('\n')}\n${before}`);
  writeFileSync(file, replace ? added.replace(...replace) : added);
}

function run(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { cwd: copy, encoding: 'utf8' });
  expect(status, stderr + stdout).toBe(0);
  return stdout;
}
const pitwall = (...args: readonly string[]): string => run(path.join(copy, 'dist/cli.js'), ...args);

describe('what CONTRIBUTING says is touched for one more', () => {
  it('is all that the types ask for', () => {
    run(path.join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-p', 'src/tsconfig.node.json');
    run('src/build/schema.mjs');
  });

  it('gives a trainer that runs to its end, a key, a series, and an alarm that every host shows', () => {
    run('src/build/bundle.mjs');
    writeFileSync(path.join(copy, 'p.train.yaml'), 'trainer: printed\nepochs: 2\ncoffee_breaks: 3\n');
    pitwall('train', path.join(copy, 'p.train.yaml'), '--name', 'first');
    const dir = path.join(copy, 'runs/first');
    const { state, epoch } = JSON.parse(pitwall('show', dir, '--json'));
    expect({ state, epoch }).toEqual({ state: 'completed', epoch: 2 });
    const { experiment } = JSON.parse(readFileSync(path.join(dir, 'run.json'), 'utf8'));
    expect(experiment.resolved.coffee_breaks).toBe(3);
    const said = 'training does 0.5000 images per second; see whether the GPU is used';
    expect(pitwall('show', dir)).toContain(said);
    const [exported] = pitwall('export', dir, '--csv').trim().split(/\r?\n/);
    expect(readFileSync(exported, 'utf8')).toContain('gpu/temperature');
    expect(readFileSync(path.join(dir, 'stdout.log'), 'utf8')).toContain('step 79: 0.337');
  });

  it('is named in its table', () => {
    const table = readFileSync(path.join(repositoryRoot, 'CONTRIBUTING.md'), 'utf8');
    for (const name of [...Object.keys(EDITS), 'printed/main.ts']) expect(table).toContain(`\`${name}\``);
  });
});
