import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { junitXml } from '../../../src/cli/output/junit';
import { judgeFloor, judgeNotWorse } from '../../../src/domain/compare/gate';
import { writeJudgedRun } from '../../helpers/judged-run';
import { cli, lines } from './harness';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-check-'));
  const runs = path.join(dir, 'runs');
  writeJudgedRun(runs, { name: 'base', shift: 0.5, map: 0.7 });
  writeJudgedRun(runs, { name: 'near', shift: 0.5, map: 0.75899 });
  writeJudgedRun(runs, { name: 'worse', shift: 2, map: 0.5 });
  writeJudgedRun(runs, { name: 'other-seed', shift: 2, map: 0.5, experiment: { seed: 1 } });
  const rewind = { type: 'rewind', t: 1, epoch: 1, lrFactor: 0.1, warmup: 0, message: '', by: 'cli' };
  const rewound = { experiment: { seed: 1 }, keeper: [rewind] };
  writeJudgedRun(runs, { name: 'rewound', shift: 2, map: 0.5, ...rewound });
  writeJudgedRun(runs, { name: 'noisy-1', shift: 9, seed: 1, map: 0.6 });
  writeJudgedRun(runs, { name: 'noisy-2', shift: 9, seed: 2, map: 0.6 });
  writeJudgedRun(runs, { name: 'elsewhere', shift: 1, fingerprint: 'another', map: 0.6 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const check = (...argv: string[]) => cli(['check', ...argv], dir);

describe('a gate', () => {
  it.each([
    [{ low: -0.05, high: -0.02 }, 0.01, 'failed'],
    [{ low: -0.05, high: -0.005 }, 0.01, 'undecided'],
    [{ low: -0.005, high: 0.02 }, 0.01, 'passed'],
    [{ low: 0, high: 0 }, 0, 'passed'],
    [{ low: -0.001, high: 0.1 }, 0, 'undecided'],
    [{ low: Number.NaN, high: Number.NaN }, 0.01, 'undecided'],
  ])('judges the interval %j by the margin %d as %s', (limits, margin, outcome) => {
    expect(judgeNotWorse(limits, margin)).toBe(outcome);
  });
  it('takes a floor that is met exactly, and never NaN', () => {
    expect(judgeFloor({ metric: 'map', least: 0.6 }, 0.6)).toBe('passed');
    expect(judgeFloor({ metric: 'map', least: 0.6 }, Number.NaN)).toBe('failed');
  });
});

describe('pitwall check', () => {
  it('passes what reaches its floors, one line each', async () => {
    const { code, out } = await check('base', '--min', 'map=.6', '--min', 'recall=0.3');
    expect(code).toBe(0);
    expect(lines(out)).toEqual([
      'passed    map >= 0.6: is 0.7000, epoch 2',
      'passed    recall >= 0.3: is 0.4000, epoch 2',
    ]);
  });
  it('fails what misses one', async () => {
    const { code, out } = await check('worse', '--min', 'map=.6');
    expect([code, out]).toEqual([1, 'FAILED    map >= 0.6: is 0.5000, epoch 2\n']);
  });
  it('prints as many digits as its sentence needs to be true', async () => {
    const { out } = await check('near', '--min', 'map=.759', '--min', 'map=.75899');
    expect(lines(out)).toEqual([
      'FAILED    map >= 0.759: is 0.75899, epoch 2',
      'passed    map >= 0.75899: is 0.75899, epoch 2',
    ]);
  });
  it('fails what is worse beyond noise and beyond the margin', async () => {
    const { code, out } = await check('worse', '--against', 'base', '--no-worse-than', '.01');
    expect(code).toBe(1);
    expect(out).toMatch(
      /^FAILED {4}not worse than base by 0\.01: on images like these base's boxes are better by \+0\./,
    );
  });
  it('may fail a seed of the same recipe, and says that it is of this checkpoint', async () => {
    const { code, out } = await check('other-seed', '--against', 'base', '--no-worse-than', '.01');
    expect(code).toBe(1);
    expect(out.split('\n')[0]).toMatch(
      /; both are seeds of one recipe: the failure is of this checkpoint, not of the recipe$/,
    );
  });
  it('does not clear the recipe of a run that was changed while it trained', async () => {
    const { code, out } = await check('rewound', '--against', 'base', '--no-worse-than', '.01');
    expect(code).toBe(1);
    expect(out.split('\n')[0]).toMatch(/; rewound is not a seed of its recipe: it was rewound to epoch 1$/);
  });
  it('passes the other way round', async () => {
    const { code, out } = await check('base', '--against', 'worse', '--no-worse-than', '.01');
    expect([code, out.startsWith('passed ')]).toEqual([0, true]);
  });
  it('does not call worse what noise can make, unless it has to be shown', async () => {
    for (const [run, base] of [
      ['noisy-1', 'noisy-2'],
      ['noisy-2', 'noisy-1'],
    ]) {
      const { code, out } = await check(run, '--against', base);
      expect([code, out.startsWith('undecided ')]).toEqual([0, true]);
      expect(out).toContain('cannot be told apart');
      expect((await check(run, '--against', base, '--strict')).code).toBe(1);
    }
  });
  it('gives the same as JSON and as a JUnit report', async () => {
    const argv = [
      'worse',
      '--min',
      'map=.6',
      '--min',
      'map50=.1',
      '--against',
      'base',
      '--junit',
      'r.xml',
      '--json',
    ];
    const { code, out } = await check(...argv);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: false,
      checks: [
        { outcome: 'failed', numbers: { value: 0.5, least: 0.6 } },
        { outcome: 'passed' },
        { outcome: 'failed', numbers: { margin: 0 } },
      ],
    });
    const xml = readFileSync(path.join(dir, 'r.xml'), 'utf8');
    expect(xml).toContain('tests="3" failures="2" skipped="0"');
    expect(xml).toContain('<testcase classname="pitwall check worse" name="map &gt;= 0.6">');
  });
  it.each([
    [['base'], 'say what is checked'],
    [['base', '--no-worse-than', '.1'], '--no-worse-than needs --against'],
    [['base', '--min', 'map'], 'expected METRIC=VALUE'],
    [['base', '--min', 'maps=.1'], '--min: base has no metric maps, did you mean map?'],
    [['base', '--min', 'constructor=.5'], '--min: base has no metric constructor'],
    [['base', '--min', '__proto__=.5'], '--min: base has no metric __proto__'],
    [['base@7', '--min', 'map=.1'], 'base@7: no validation to check of epoch 7'],
    [['base', '--against', 'elsewhere'], 'the val sets differ'],
    [['base', '--against', 'gone'], 'gone: no run folder there'],
  ])('refuses %j with one line', async (argv, words) => {
    const { code, out, err } = await check(...argv);
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toContain(words);
  });
});

it('writes what a name holds as text, not as markup', () => {
  const xml = junitXml('a"<b>\u0007', [{ name: '<&>', message: 'x', outcome: 'skipped' }]);
  expect(xml).toContain('name="a&quot;&lt;b&gt;\\x07"');
  expect(xml).toContain('name="&lt;&amp;&gt;">');
  expect(xml).toContain('<skipped message="x"/>');
});
