import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnRun, writeJudgedRun } from '../../../helpers/judged-run';
import { cli, lines } from '../harness';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-tasks-'));
  const runs = path.join(dir, 'runs');
  const masks = { task: 'segment', key: 'masks', spread: 0.01 };
  writeDrawnRun(runs, { ...masks, name: 'masks', map: 0.5, seed: 1 });
  writeDrawnRun(runs, { ...masks, name: 'alike', map: 0.501, seed: 2 });
  writeDrawnRun(runs, { ...masks, name: 'worse', map: 0.3, seed: 3 });
  writeDrawnRun(runs, { ...masks, name: 'elsewhere', key: 'others', map: 0.5, seed: 4 });
  const classes = { task: 'classify', key: 'classes', spread: 0.01 };
  for (const [i, name] of ['cls-1', 'cls-2', 'cls-3'].entries())
    writeDrawnRun(runs, { ...classes, name, map: 0.9, seed: 10 + i });
  writeJudgedRun(runs, { name: 'boxes', shift: 4, seed: 1, map: 0.6 });
  writeDrawnRun(runs, { task: 'detect', key: 'own', spread: 0.01, name: 'rtdetr', map: 0.6, seed: 20 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const compare = (...argv: string[]) => cli(['compare', ...argv], dir);

describe('compare of runs of a task', () => {
  it('has the metric of the task, differences to the first and which may be best', async () => {
    const { code, out } = await compare('masks', 'alike', 'worse');
    expect(code).toBe(0);
    expect(out).toMatch(/run +epoch +mask mAP +mask 50 +mask P +mask R +time/);
    expect(out).not.toContain('mAP50-95');
    expect(out).toMatch(/^A {2}masks .* 0\.500 .* baseline$/m);
    expect(out).toMatch(/^B {2}alike .* cannot be told apart$/m);
    expect(out).toMatch(/^C {2}worse .* -0\.2000 .* worse$/m);
    expect(out).toContain('the 2 intervals hold together, as corrected for 2 comparisons');
    expect(out).toMatch(/^highest: B .*1 of the 2 others cannot be told from it.* \(A\)$/m);
  });
  it('has top-1 and top-5 of classifiers, and no columns without a number', async () => {
    const { out } = await compare('cls-1', 'cls-2', 'cls-3');
    expect(out).toMatch(/epoch +top-1 +top-5 +time +difference to A/);
  });
  it('tells programs the task and its metric', async () => {
    const report = JSON.parse((await compare('masks', 'alike', 'worse', '--json')).out);
    expect(report).toMatchObject({ task: 'segment', metric: 'mask mAP', comparisons: 2 });
    expect(report.runs[2].difference).toMatchObject({ map: expect.closeTo(-0.2), verdict: 'first' });
  });
  it('says why one on other draws is not compared, and compares the others', async () => {
    const { code, out } = await compare('masks', 'alike', 'elsewhere');
    expect(code).toBe(0);
    expect(out).toContain('C is not compared: A and C were not judged on the same images by the same rule');
    expect(out).not.toContain('highest:');
  });
  it('compares no boxes with what another library judged', async () => {
    const { out } = await compare('boxes', 'rtdetr', 'boxes');
    expect(out).toContain(
      "B is not compared: one of A and B was judged by Ultralytics' own val, the other one by its boxes",
    );
  });
  it.each([
    [['masks', 'alike', 'boxes'], 'masks is segment, boxes is detect'],
    [['boxes', 'cls-1'], 'A is detect, B is classify'],
    [['boxes', 'cls-1', 'masks'], 'boxes is detect, cls-1 is classify'],
  ])('refuses %j in one line', async (argv, words) => {
    const { code, out, err } = await compare(...argv);
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toContain(`runs of different tasks are not compared: ${words}`);
  });
  it('says of two who is better by the task, on what ground, and what is not known', async () => {
    const { code, out } = await compare('masks', 'worse');
    expect(code).toBe(0);
    expect(out).toMatch(/^B - A {2}mask mAP -0\.2000 {2}\(95 %: -0\.2\d+ to -0\.1\d+\)/m);
    expect(out).toContain('on images like these A is better by +0.2000 of mask mAP');
    expect(out).toContain('judged by 300 draws of 20 val images');
    expect(out).toMatch(/^settings: the same$/m);
    const own = await compare('masks', 'masks');
    expect(own.out).toContain('A and B are one and the same checkpoint');
  });
});

describe('what else compares runs', () => {
  it('list: differences by the task, and another task named', async () => {
    const { code, out } = await cli(['list', '--baseline', 'masks'], dir);
    expect(code).toBe(0);
    expect(out).toMatch(/^worse .*0\.300 \(mask mAP\).* -0\.2000 .* worse$/m);
    expect(out).toMatch(/^alike .* cannot be told apart$/m);
    expect(out).toMatch(/^cls-1 .* another task$/m);
    expect(out).toMatch(/^elsewhere .* not on the same draws$/m);
  });
  it('check: a gate by the task', async () => {
    const { code, out } = await cli(['check', 'worse', '--against', 'masks'], dir);
    expect(code).toBe(1);
    expect(out).toContain('on images like these masks is better by +0.2000 of mask mAP');
    expect((await cli(['check', 'alike', '--against', 'masks'], dir)).code).toBe(0);
    expect((await cli(['check', 'boxes', '--against', 'masks'], dir)).code).toBe(2);
  });
  it('report: columns, verdicts and chart by the task', async () => {
    const { code } = await cli(['report', 'masks', 'alike', 'worse', '--out', 'r.html'], dir);
    expect(code).toBe(0);
    const html = readFileSync(path.join(dir, 'r.html'), 'utf8');
    expect(html).toContain('<th class="n">mask mAP</th>');
    expect(html).toContain('<figcaption>mask mAP</figcaption>');
    expect(html).toContain('<td class="bad">worse</td>');
    expect(html).not.toContain('mAP50-95');
  });
});
