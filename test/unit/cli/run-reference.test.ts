import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAssignment } from '../../../src/cli/commands/set';
import type { CliIo } from '../../../src/cli/io';
import { resolveRun, runNames } from '../../../src/cli/run-reference';
import { wholeRunFile } from '../../helpers/whole-experiment';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-runs-'));
  for (const [name, created] of [
    ['pcb-1', 1],
    ['pcb-2', 3],
    ['other', 2],
    ['r@1', 0],
  ] as const) {
    mkdirSync(path.join(dir, 'runs', name), { recursive: true });
    writeFileSync(path.join(dir, 'runs', name, 'run.json'), JSON.stringify(wholeRunFile({ created })));
  }
  mkdirSync(path.join(dir, 'runs', 'no-run'));
  mkdirSync(path.join(dir, 'runs', 'tuned'));
  writeFileSync(path.join(dir, 'runs', 'tuned', 'sweep.json'), '{}');
  // A runs folder that holds all sorts of files.
  writeFileSync(path.join(dir, 'runs', 'a file'), '');
  mkdirSync(path.join(dir, 'runs', 'folders', 'run.json'), { recursive: true });
  symlinkSync(path.join(dir, 'nowhere'), path.join(dir, 'runs', 'dangling'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const resolve = (text: string) => resolveRun({ cwd: dir } as CliIo, text);
function check(text: string, name: string, epoch?: number): void {
  expect(resolve(text)).toEqual({ dir: path.join(dir, 'runs', name), epoch });
}

describe('RUN on the command line', () => {
  it('is a name under runs', () => check('pcb-1', 'pcb-1'));
  it('is a path', () => check('runs/other', 'other'));
  it('is the newest one for latest', () => check('latest', 'pcb-2'));
  it('is a folder of that name, also if it ends as an epoch does', () => check('r@1', 'r@1'));
  it('may name an epoch', () => check('latest@12', 'pcb-2', 12));
  it('is refused with the nearest name', () =>
    expect(() => resolve('pcb-3')).toThrow(
      /^pcb-3: no run folder there or in .*runs, did you mean pcb-[12]\?$/,
    ));
  it('is not a sweep, but one of its trials', () =>
    expect(() => resolve('tuned')).toThrow(
      `tuned: is a sweep, not a run; its trials are runs: ${path.join('tuned', 'trials', '000')}`,
    ));
  it('is refused in one line, whatever it is', () => {
    for (const text of [
      'a file',
      'folders',
      'dangling',
      '',
      '../..',
      'runs/a file/x',
      'ä/ö',
      'x'.repeat(5000),
    ])
      expect(() => resolve(text)).toThrow(/: no run folder there or in /);
  });
  it('counts epochs from 1', () => expect(() => resolve('pcb-1@0')).toThrow('epochs count from 1'));
  it('skips folders that hold no run', () =>
    expect(runNames(path.join(dir, 'runs')).sort()).toEqual(['other', 'pcb-1', 'pcb-2', 'r@1']));
  it('has no runs if there is no folder', () => expect(runNames(path.join(dir, 'nowhere'))).toEqual([]));
});

describe('lr=V', () => {
  it('is a number above 0', () => expect(parseAssignment('lr=1e-3')).toBe(0.001));
  it.each(['lr', 'lr=', 'lr=0', 'lr=-1', 'lr=NaN', 'momentum=0.9'])('refuses %s', (text) =>
    expect(() => parseAssignment(text)).toThrow(),
  );
});
