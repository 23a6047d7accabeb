import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { countForPlan } from '../../src/engine/planning/count-for-plan';
import { runCliProcess } from '../helpers/cli';
import { eventsOf, keeperSaid, python, useWorkshop, validationsOf, writeExperiment } from './helpers';

const workshop = useWorkshop({ train: 4, val: 4 });
beforeAll(() => {
  const script = path.resolve(import.meta.dirname, '../fixtures/ultralytics/make_tasks.py');
  execFileSync(python, [script, workshop.dir]);
});

const LEARNS = { optimizer: 'AdamW', lr0: 0.005, batch: 8, nbs: 8, imgsz: 64, val: true, epochs: 5 };

async function train(name: string, keys: Readonly<Record<string, unknown>>) {
  const validation = { device: 'cpu', backlog: 'all' };
  const file = writeExperiment(workshop, name, { ...LEARNS, ...keys, validation });
  const { code, out } = await runCliProcess(['train', file, '--name', name], workshop.dir);
  const dir = workshop.runDir(name);
  return { code, out, dir, validated: validationsOf(dir).filter(({ type }) => type === 'validation') };
}

const TASKS = [
  { task: 'segment', model: 'yolov8n-seg.yaml', title: 'mask mAP', metric: 'metrics/mAP50-95(M)' },
  { task: 'pose', model: 'yolov8n-pose.yaml', title: 'pose mAP', metric: 'metrics/mAP50-95(P)' },
  { task: 'obb', model: 'yolov8n-obb.yaml', title: 'obb mAP', metric: 'metrics/mAP50-95(B)' },
  { task: 'classify', model: 'yolov8n-cls.yaml', title: 'top-1', metric: 'metrics/accuracy_top1' },
];

it.each(TASKS)(
  "$task: every checkpoint is judged by the library's own val, named, and the best stays",
  async (given) => {
    const { task, model, title, metric } = given;
    const data = task === 'classify' ? task : `${task}/data.yaml`;
    const { code, out, dir, validated } = await train(task, { model, data });
    expect(code).toBe(0);
    expect(out).toContain(title);
    expect(validated.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(validated[0]).toMatchObject({ task, engine: 'ultralytics', images: 12 });
    const own = eventsOf(dir, 'epoch').map(({ metrics = {} }) => metrics[metric]);
    validated.forEach((report, i) => {
      expect((report.named as Record<string, number>)[metric]).toBe(report.map);
      expect(Math.abs(Number(report.map) - Number(own[i]))).toBeLessThan(0.05);
    });
    expect(keeperSaid(dir).join()).toContain(`not the task ${task}`);
  },
);

it('a classification set is a folder: its images are counted', async () => {
  const { assumed, ...counts } = await countForPlan(path.join(workshop.dir, 'classify'), 'ultralytics');
  expect(assumed).toBeUndefined();
  expect(counts).toEqual({ images: 24, classes: 3, valImages: 12 });
});

it('an RT-DETR trains from its YAML, and is judged as the library does', async () => {
  const keys = { model: 'rtdetr-l.yaml', data: 'detect/data.yaml', epochs: 1, lr0: 0.0001, fraction: 0.4 };
  const { code, validated } = await train('rtdetr', keys);
  expect(code).toBe(0);
  expect(validated).toEqual([expect.objectContaining({ epoch: 1, engine: 'ultralytics', task: 'detect' })]);
});
