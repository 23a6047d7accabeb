import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseValidationLine } from '../../src/run/parse-entry';
import { linesOf, runCliProcess } from '../helpers/cli';
import { copyOldRuns } from '../helpers/old-runs';

// The command as a process, on run folders that an earlier Pitwall trained and validated.
let root = '';
beforeAll(() => {
  root = copyOldRuns();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('sizes and thresholds from kept detections are those that the validation reported', async () => {
  const { code, out, err } = await runCliProcess(['show', 'old', '--sizes', '--curves', '--json'], root);
  expect([code, err, linesOf(out).length]).toEqual([0, '', 1]);
  const { epoch, sizes, curves } = JSON.parse(out);
  const file = readFileSync(path.join(root, 'runs', 'old', 'validation.jsonl'), 'utf8');
  const reports = linesOf(file).map((line) => parseValidationLine(line).value);
  const report = reports.find((one) => one?.type === 'validation' && one.epoch === epoch);
  if (report?.type !== 'validation') throw new Error(`no report of epoch ${epoch}`);
  // Its boxes were kept in the input of the model and are converted back: a pixel at a limit may change sides.
  const near = (value: number, reported: number) => expect(Math.abs(value - reported)).toBeLessThan(0.001);
  near(sizes.all.small.ap, report.coco.APs);
  near(sizes.all.small.ar, report.coco.ARs);
  near(curves.mean.map50, report.map50);
  near(curves.mean.best.confidence, report.confidence);
  near(curves.mean.best.precision, report.precision);
  near(curves.mean.best.recall, report.recall);
});

it('the matrix counts each label once', async () => {
  const { code, out, err } = await runCliProcess(['show', 'old', '--confusion', '--csv'], root);
  expect([code, err]).toEqual([0, '']);
  const rows = linesOf(out).map((line) => line.split(','));
  expect(rows[0]).toEqual(['predicted', 'true', 'count', 'share of true']);
  const ofLabels = rows.slice(1).filter(([, truth]) => truth !== '(false alarm)');
  const { labels } = JSON.parse((await runCliProcess(['show', 'old', '--confusion', '--json'], root)).out);
  expect(ofLabels.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(labels);
});
