import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { AXES, reportAxis } from '../../../../src/engine/report/report-axis';
import { overlaySvg } from '../../../../src/engine/report/report-charts';
import { encodeDetections } from '../../../../src/run/detections-file';
import { detectionsPath } from '../../../../src/run/files';
import { updateMeta } from '../../../../src/run/folder/whole-file';
import { writeJudgedRun } from '../../../helpers/judged-run';
import { syntheticState } from '../../../helpers/synthetic-run';
import { cli, lines } from '../../cli/harness';

let root = '';
beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-report-'));
  const runs = path.join(root, 'runs');
  keepDetections(writeJudgedRun(runs, { name: 'base', shift: 4, seed: 1, map: 0.6 }));
  writeConfused(writeJudgedRun(runs, { name: 'many', shift: 0, map: 0.6 }), 20);
  rmSync(path.join(writeJudgedRun(runs, { name: 'cleared', shift: 0, map: 0.5 }), 'validation'), {
    recursive: true,
  });
  const hostile = writeJudgedRun(runs, {
    name: 'worse',
    shift: 14,
    seed: 3,
    map: 0.2,
    experiment: { batch: 32 },
  });
  await updateMeta(hostile, { title: '<script>alert(1)</script>', notes: '"><img src=x onerror=alert(2)>' });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Its report names the file of its detections. */
function keepDetections(dir: string): void {
  const file = path.join(dir, 'validation.jsonl');
  const line = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify({ ...line, det: detectionsPath(2) })}\n`);
}

/** Of so many classes each label is found, and taken for the next class. */
function writeConfused(dir: string, classes: number): void {
  const own = Array.from({ length: classes }, (_, c) => c);
  const truth = {
    boxes: Float32Array.from(own.flatMap(() => [0, 0, 20, 20])),
    class: Uint16Array.from(own),
    image: Uint32Array.from(own),
  };
  const found = Uint16Array.from(own, (c) => (c + 1) % classes);
  const rule = { name: 'ultralytics' as const, imgsz: 64, conf: 0.001, iou: 0.7, max_det: 300 };
  const file = encodeDetections({
    header: {
      ...{ fingerprint: 'f', classes: own.map((c) => `class ${c}`), images: classes },
      ...{ files: own.map(String), sizes: own.flatMap(() => [64, 64]) },
      rule: { ...rule, single_cls: false, split: 'val', exif: 'applied' },
    },
    detections: { ...truth, class: found, scores: new Float32Array(classes).fill(0.9) },
    truth,
  });
  writeFileSync(path.join(dir, detectionsPath(2)), file);
  keepDetections(dir);
}

async function report(...argv: string[]): Promise<string> {
  const { code, out, err } = await cli(['report', ...argv, '--out', 'r.html'], root);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/r\.html {2}[\d.]+ KB$/m);
  return readFileSync(path.join(root, 'r.html'), 'utf8');
}

describe('a report', () => {
  it('has metrics, verdicts and what differs, in one small file that loads nothing', async () => {
    const html = await report('base', 'worse');
    expect(html).toContain('<td class="bad">worse</td>');
    expect(html).toContain('<td>batch</td><td>16</td><td>32</td>');
    expect(html).toContain("default-src 'none'");
    expect(html.replace('http://www.w3.org', '')).not.toMatch(/https?:|<script|<img|@import|url\(/);
    expect(statSync(path.join(root, 'r.html')).size).toBeLessThan(100_000);
  });
  it('has of each run what its best checkpoint takes for what, and AP by size', async () => {
    const html = await report('base', 'many');
    const [base, many] = html.split('<h3>many</h3>');
    expect(base).toContain('<table class="matrix">');
    expect(base).toMatch(/<td title="a">a<\/td><td class="n right h5">20<\/td>/);
    expect(base).toMatch(/<td>all classes<\/td><td class="n">0\.\d{3} \(20\)<\/td><td class="n">–<\/td>/);
    expect(many).toContain('Shown are the 12 most confused of 20 classes.');
    expect(many.split('<table class="matrix">')[1].split('</table>')[0].match(/<tr>/g)).toHaveLength(14);
    expect(html).not.toMatch(/style="/);
  });
  it('says why it has none of a run whose detections are gone', async () => {
    const html = await report('cleared');
    expect(html).toContain('The detections are not kept any more');
    expect(html).not.toContain('<table class="matrix">');
  });
  it('shows what files say as text', async () => {
    const html = await report('base', 'worse');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&quot;&gt;&lt;img src');
    expect(html).not.toMatch(/<img|<script/);
  });
  it('is one of a single run as well', async () => {
    const html = await report('base');
    expect(html).toContain('<td class="n">0.600</td>');
    expect(html).not.toContain('Settings that differ');
  });
  it('is refused with one line', async () => {
    for (const argv of [['base', '--out', 'no/such/r.html'], ['gone'], ['base', '--baseline', 'worse']]) {
      const { code, out, err } = await cli(['report', ...argv], root);
      expect([code, out, lines(err).length], argv.join(' ')).toEqual([2, '', 1]);
    }
  });
});

describe('the x axis of a report', () => {
  const t = createTranslate();
  const runOf = (stepMs: number) => syntheticState({ epochs: 4, stepsPerEpoch: 10, steps: 40, stepMs });
  it('is over epochs, steps or time in the largest unit of which the longest run has two', () => {
    const labels = (stepMs: number) =>
      AXES.map((name) => reportAxis(name, [runOf(10), runOf(stepMs)], t).label);
    expect(labels(1000)).toEqual(['epoch', 'step', 'seconds']);
    expect(labels(10_000)).toEqual(['epoch', 'step', 'minutes']);
    expect(labels(300_000)).toEqual(['epoch', 'step', 'hours']);
  });
  it('has steps and ends of epochs at one place', () => {
    const run = runOf(10_000);
    const [byEpoch, byStep, byTime] = AXES.map((name) => reportAxis(name, [run], t).placesOf(run));
    for (const epoch of [1, 2, 4]) {
      const row = 10 * epoch - 1;
      expect([byEpoch.ofRow(row), byEpoch.ofEpoch({ epoch })]).toEqual([epoch, epoch]);
      expect([byStep.ofRow(row), byStep.ofEpoch({ epoch })]).toEqual([row, row]);
      expect(byTime.ofRow(row)).toBeCloseTo(row / 6);
      expect(Math.abs((byTime.ofEpoch({ epoch }) ?? Number.NaN) - row / 6)).toBeLessThan(0.2);
    }
    expect(byStep.ofEpoch({ epoch: 5 })).toBeUndefined();
    expect(byStep.ofEpoch({ epoch: 5, step: 49 })).toBe(49);
  });
});

describe('a chart of several runs', () => {
  const chart = { title: 'loss', xLabel: 'epoch', scale: 'log' as const };
  it('draws a line a run, with a gap for what is not finite', () => {
    const svg = overlaySvg({
      ...chart,
      lines: [
        { series: 0, x: [1, 2, 3, 4], y: [10, 1, Number.NaN, 0.1] },
        { series: 3, x: [1, 4], y: [5, 5] },
      ],
    });
    expect(svg.match(/class="line s0" d="(M[^"]+)"/)?.[1].match(/M/g)).toHaveLength(2);
    expect(svg).toContain('class="line s3"');
    expect(svg).not.toContain('NaN');
    expect(svg).toContain('>1</text>');
  });
  it('draws nothing of nothing, and values of 0 on a logarithmic axis as gaps', () => {
    expect(overlaySvg({ ...chart, lines: [] })).toBe('');
    expect(overlaySvg({ ...chart, lines: [{ series: 0, x: [1, 2, 3], y: [0, 1, 2] }] })).not.toMatch(
      /NaN|Infinity/,
    );
  });
  it('has room for a line that is level', () => {
    const svg = overlaySvg({ ...chart, scale: 'linear', lines: [{ series: 0, x: [1, 2], y: [0.5, 0.5] }] });
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
