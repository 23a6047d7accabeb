import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgedCells } from '../../../../src/cli/compare/lines';
import { writeJudgedRun } from '../../../helpers/judged-run';
import { wholeExperiment } from '../../../helpers/whole-experiment';
import { cli, lines } from '../harness';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-many-'));
  const runs = path.join(dir, 'runs');
  const { schedule } = wholeExperiment();
  const git = { commit: '0123456789abcdef', dirty: true };
  writeJudgedRun(runs, { name: 'base', shift: 4, seed: 1, map: 0.6 });
  writeJudgedRun(runs, { name: 'alike', shift: 4, seed: 2, map: 0.61, experiment: { seed: 1 } });
  const changed = { schedule: { ...schedule, lr0: 0.05 }, batch: 32 };
  writeJudgedRun(runs, { name: 'worse', shift: 14, seed: 3, map: 0.2, experiment: changed, run: { git } });
  writeJudgedRun(runs, { name: 'elsewhere', shift: 4, seed: 4, map: 0.6, fingerprint: 'another' });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const compare = (...argv: string[]) => cli(['compare', ...argv], dir);

describe('compare of several runs', () => {
  it('has a row for each, the difference to the first, and a verdict', async () => {
    const { code, out } = await compare('base', 'alike', 'worse');
    expect(code).toBe(0);
    expect(out).toMatch(/^A {2}base .* 0\.600 .* baseline$/m);
    expect(out).toMatch(/^B {2}alike .* cannot be told apart$/m);
    expect(out).toMatch(/^C {2}worse .* -0\.\d+ .* worse$/m);
    expect(out).toContain('the 2 intervals hold together, as corrected for 2 comparisons');
    expect(out).toMatch(/^highest: [AB] .*1 of the 2 others cannot be told from it.* \([AB]\)$/m);
  });
  it('shows what differs and nothing else', async () => {
    const { out } = await compare('base', 'alike', 'worse');
    expect(out).toMatch(/^lr0 +0\.01 +0\.01 +0\.05$/m);
    expect(out).toMatch(/^batch +16 +16 +32$/m);
    expect(out).toMatch(/^seed +0 +1 +0$/m);
    expect(out).not.toMatch(/^(momentum|epochs|explicit)/m);
    expect(out).toMatch(/^git +- +- +0123456789 with changes$/m);
  });
  it('compares with the run that is named, whatever its place', async () => {
    const { out } = await compare('base', 'alike', 'worse', '--baseline', 'worse', '--json');
    const { baseline, runs, comparisons } = JSON.parse(out);
    expect([path.basename(baseline), comparisons]).toEqual(['worse', 2]);
    expect(runs.map((run: { difference: { verdict: string } | null }) => run.difference?.verdict)).toEqual([
      'second',
      'second',
      undefined,
    ]);
  });
  it('has the reason of a run that cannot be read, and compares the others', async () => {
    const newer = writeJudgedRun(path.join(dir, 'runs'), { name: 'newer', shift: 4, run: { format: 99 } });
    const { code, out } = await compare('base', 'newer', 'alike', 'worse');
    rmSync(newer, { recursive: true });
    expect(code).toBe(0);
    expect(out).toMatch(/^B {2}newer .* not compared$/m);
    expect(out).toMatch(/^B is not compared: .*run\.json: format 99; this version reads/m);
    expect(out).toMatch(/^C {2}alike .* cannot be told apart$/m);
    expect(out).toMatch(/^lr0 +0\.01 +- +0\.01 +0\.05$/m);
    expect(out).not.toMatch(/^(momentum|epochs|machine)/m);
  });
  it('says why one is not compared, and compares the others', async () => {
    const { code, out } = await compare('base', 'alike', 'elsewhere');
    expect(code).toBe(0);
    expect(out).toMatch(/^C {2}elsewhere .* not compared$/m);
    expect(out).toContain('C is not compared: the val sets differ: 20 images for A, 20 for C');
    expect(out).not.toContain('highest:');
  });
  it('adds what differs to a comparison of two', async () => {
    const { out } = await compare('base', 'worse');
    expect(out).toMatch(/^lr0 +0\.01 +0\.05$/m);
    const report = JSON.parse((await compare('base', 'worse', '--json')).out);
    expect(report.settings).toContainEqual({ key: 'lr0', values: ['0.01', '0.05'] });
  });
  it.each([
    [['base', 'alike', '--baseline', 'worse'], '--baseline worse: expected one of base, alike'],
    [Array.from({ length: 21 }, () => 'base'), 'at most 20 runs at once'],
    [['base', 'alike', 'gone'], 'gone: no run folder there'],
  ])('refuses %j with one line', async (argv, words) => {
    const { code, out, err } = await compare(...argv);
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toContain(words);
  });
});

it('a table shows no limit as 0 on which a verdict rests', () => {
  const limits = { low: -0.0004, high: -0.00003 };
  expect(judgedCells(-0.0001, { ...limits, verdict: 'first' })).toEqual([
    '-0.0001',
    '-0.0004 to -0.00003',
    'worse',
  ]);
});
