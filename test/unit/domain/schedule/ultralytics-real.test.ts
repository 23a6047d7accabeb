import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { scheduleOf } from '../../../../src/domain/schedule/schedule';

// Real, tiny runs of Ultralytics: test/fixtures/ultralytics/make_schedules.py.
const folder = path.join(import.meta.dirname, '../../../fixtures/ultralytics');
const files = readdirSync(folder).filter((name) => name.startsWith('schedules-'));

type Run = {
  name: string;
  images: number;
  args: Record<string, unknown>;
  lr: number[][];
  momentum: number[];
  accumulate: number[];
};

const CLASSES = 3;

function previewOf(run: Run, version: string) {
  const text = JSON.stringify({
    trainer: 'ultralytics',
    model: 'yolov8n.yaml',
    data: 'data.yaml',
    ...run.args,
  });
  const { experiment, problems } = parseExperiment(text, { file: 'args.yaml' });
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  const counts = { images: run.images, classes: CLASSES, ultralyticsVersion: version };
  return scheduleOf(experiment!, counts).schedule;
}

describe.each(files)('%s', (file) => {
  const { version, runs } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
    version: string;
    runs: Run[];
  };

  it.each(runs)('$name: the preview is what every step of the run had', (run) => {
    const schedule = previewOf(run, version);
    expect(schedule.groups.length).toBe(run.lr.length);
    expect(schedule.steps).toBe(run.momentum.length);
    for (const [group, lrs] of run.lr.entries()) {
      for (const [step, lr] of lrs.entries()) {
        const error = Math.abs(schedule.lrAt(step, group) - lr);
        expect(error, `${schedule.groups[group]} at step ${step}`).toBeLessThanOrEqual(
          1e-9 * Math.max(lr, 1e-9),
        );
      }
    }
    const steps = run.momentum.map((_, step) => step);
    expect(steps.map(schedule.momentumAt)).toEqual(run.momentum.map((m) => expect.closeTo(m, 12)));
    expect(steps.map(schedule.accumulateAt)).toEqual(run.accumulate);
  });
});
