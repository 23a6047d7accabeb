import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { countForPlan } from '../../src/engine/planning/count-for-plan';
import { picturesPath } from '../../src/run/files';
import { decodePictures, type PictureShape, type Pictures } from '../../src/run/pictures-file';
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

/** Each checkpoint is drawn on the same images: against the best while it runs, and later against any other. */
async function expectCompared(dir: string, title: string): Promise<void> {
  const lines = validationsOf(dir);
  const map = new Map(
    lines.filter(({ type }) => type === 'validation').map((line) => [line.epoch, line.map]),
  );
  const drawn = lines.filter(({ type }) => type === 'drawn');
  expect(drawn.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  for (const line of drawn)
    expect(Math.abs(Number(line.map) - Number(map.get(line.epoch)))).toBeLessThan(0.0005);
  expect(new Set(drawn.map(({ key }) => key)).size).toBe(1);
  expect(lines.filter(({ type }) => type === 'compared')).not.toEqual([]);
  const { code, out } = await runCliProcess(['compare', `${dir}@1`, `${dir}@5`], workshop.dir);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`${title} [+±-].*95 %`));
}

/** What the gallery shows of the last checkpoint: every image, each label either found or missed. */
function expectPictures(dir: string, drawn: 'outlines' | 'points'): void {
  const kept = picturesOf(dir);
  expect(kept).toMatchObject({ images: 12, classes: expect.any(Array) });
  expect(kept.pictures).toHaveLength(12);
  for (const { file, truth, found, missed, false: alarms } of kept.pictures) {
    expect(existsSync(file)).toBe(true);
    const hits = found.filter(({ hit }) => hit).length;
    expect([hits + missed, hits + alarms]).toEqual([truth.length, found.length]);
  }
  expectShapes(
    kept.pictures.flatMap(({ truth }) => truth),
    drawn,
  );
}

/** Labels lie in their images; a mask of a few pixels has no outline, and its frame is drawn. */
function expectShapes(labels: readonly PictureShape[], drawn: 'outlines' | 'points'): void {
  expect(labels.filter((shape) => shape[drawn] !== undefined)).toHaveLength(labels.length);
  expect(labels.filter((shape) => shape[drawn]?.length !== 0).length).toBeGreaterThan(labels.length / 2);
  for (const { box: [x, y, width, height] = [2, 2, 2, 2] } of labels)
    for (const share of [x, y, x + width, y + height]) expect(Math.abs(share - 0.5)).toBeLessThan(0.52);
}

function picturesOf(dir: string): Pictures {
  const kept = decodePictures(readFileSync(path.join(dir, picturesPath(5)), 'utf8'));
  if (!kept) throw new Error(`${dir}: no pictures of epoch 5`);
  return kept;
}

const TASKS = [
  {
    task: 'segment',
    model: 'yolov8n-seg.yaml',
    title: 'mask mAP',
    metric: 'metrics/mAP50-95(M)',
    drawn: 'outlines',
  },
  {
    task: 'pose',
    model: 'yolov8n-pose.yaml',
    title: 'pose mAP',
    metric: 'metrics/mAP50-95(P)',
    drawn: 'points',
  },
  {
    task: 'obb',
    model: 'yolov8n-obb.yaml',
    title: 'obb mAP',
    metric: 'metrics/mAP50-95(B)',
    drawn: 'outlines',
  },
] as const;

it.each(TASKS)(
  "$task: every checkpoint is judged by the library's own val, named, and the best stays",
  async (given) => {
    const { task, model, title, metric, drawn } = given;
    const { code, out, dir, validated } = await train(task, { model, data: `${task}/data.yaml` });
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
    await expectCompared(dir, title);
    expectPictures(dir, drawn);
    // Asked again by hand it is the library that answers.
    const again = await runCliProcess(['validate', '--run', `${dir}@5`, '--json'], workshop.dir);
    expect([again.code, again.err]).toEqual([0, '']);
    expect(JSON.parse(again.out)).toMatchObject({ task, map: validated[4].map, engine: 'ultralytics' });
  },
);

const OWN_VAL = `
import json, sys
from pathlib import Path
from ultralytics import YOLO
for checkpoint in sorted(Path(sys.argv[1]).glob("epoch-*/model.pt")):
    own = YOLO(str(checkpoint)).val(data=sys.argv[2], imgsz=64, plots=False, device="cpu", workers=0, verbose=False, exist_ok=True)
    print("RESULT" + json.dumps([own.top1, own.top5]))
`;

it('classify: top-1 and top-5 through ONNX are those of the library for every checkpoint', async () => {
  const data = path.join(workshop.dir, 'classify');
  const keys = { model: 'yolov8n-cls.yaml', data, val: true, checkpoints: { keep_last: 9 } };
  const { code, out, dir, validated } = await train('classify', keys);
  expect(code).toBe(0);
  expect(out).toContain('top-1');
  expect(validated[0]).toMatchObject({ epoch: 1, task: 'classify', images: 12 });
  expect(validated.map(({ engine }) => engine)).toEqual(Array(5).fill(undefined));
  await expectCompared(dir, 'top-1');
  const { pictures } = picturesOf(dir);
  const right = pictures.filter(({ found }) => found[0].hit).length;
  expect(pictures).toHaveLength(12);
  expect(right / 12).toBeCloseTo(Number(validated[4].map));
  expect(pictures.map(({ missed }) => missed)).toEqual(
    Array.from({ length: 12 }, (_, i) => Number(i < 12 - right)),
  );
  const said = execFileSync(python, ['-c', OWN_VAL, path.join(dir, 'checkpoints'), data], {
    encoding: 'utf8',
    cwd: workshop.dir,
    env: { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const own = [...said.matchAll(/RESULT(.*)/g)].map(([, numbers]) => JSON.parse(numbers));
  expect(own).toHaveLength(5);
  validated.forEach(({ map, map50 }, i) => {
    expect(Math.max(Math.abs(Number(map) - own[i][0]), Math.abs(Number(map50) - own[i][1]))).toBeLessThan(
      0.0005,
    );
  });
});

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
