import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCliProcess, spawnCli } from '../helpers/cli';
import {
  eventsOf,
  python,
  until,
  useWorkshop,
  validationsOf,
  type Workshop,
  writeExperiment,
  writeTinyModel,
} from './helpers';

// One short run for each group of docs/ultralytics-audit.md that a short run can show, through the command line alone: PITWALL_TEST_CLI
// names an earlier build, on which each of them fails. What takes a trained detector or a killed trainer is in the files beside it.
const workshop = useWorkshop({ train: 8, val: 4, prepare });

function prepare(opened: Workshop): void {
  writeTinyModel(opened);
  const tasks = path.resolve(import.meta.dirname, '../fixtures/ultralytics/make_tasks.py');
  execFileSync(python, [tasks, path.join(opened.dir, 'tasks'), '6', '3']);
}

const SHORT = { model: 'tiny.yaml', epochs: 1, batch: 4, warmup_epochs: 0 };
const JUDGED = { device: 'cpu', backlog: 'all' };

async function train(name: string, keys: Readonly<Record<string, unknown>>) {
  const file = writeExperiment(workshop, name, { ...SHORT, validation: false, ...keys });
  const finished = await runCliProcess(['train', file, '--name', name], workshop.dir);
  return { ...finished, file, dir: workshop.runDir(name) };
}

it('group 1: a checkpoint is judged by the conf and the classes that Ultralytics itself would take', async () => {
  const { dir } = await train('one', { conf: 0.2, classes: [0, 1], validation: JUDGED });
  expect(validationsOf(dir)[0]).toMatchObject({ epoch: 1, rule: { conf: 0.2, classes: [0, 1] } });
});

it('group 2: lists reach Ultralytics, and the preview counts its steps', async () => {
  const { dir, file } = await train('two', { fraction: [0.5, 0.5], scale: [0.2, 0.4], batch: 2 });
  const written = parse(readFileSync(path.join(dir, 'trainer/args.yaml'), 'utf8'));
  expect([written.fraction, written.scale]).toEqual([
    [0.5, 0.5],
    [0.2, 0.4],
  ]);
  const { out } = await runCliProcess(['schedule', file, '--json'], workshop.dir);
  expect(JSON.parse(out).steps).toBe(eventsOf(dir, 'step').length);
});

it('group 3: a segmentation ends well, with its checkpoint judged and kept', async () => {
  const keys = { model: 'yolov8n-seg.yaml', data: 'tasks/segment/data.yaml', validation: JUDGED };
  const { code, dir } = await train('three', keys);
  expect(code).toBe(0);
  expect(validationsOf(dir)[0]).toMatchObject({ epoch: 1, task: 'segment' });
  expect(readdirSync(path.join(dir, 'checkpoints'))).toEqual(['epoch-0001']);
});

it('group 6: a folder that was followed before it was there is judged at its own image size', async () => {
  const folder = path.join(workshop.dir, 'theirs');
  const { child, done } = spawnCli(['follow', 'theirs', '--name', 'six'], workshop.dir);
  await until('the run is there', () => existsSync(path.join(workshop.runDir('six'), 'run.json')));
  mkdirSync(path.join(folder, 'weights'), { recursive: true });
  writeFileSync(path.join(folder, 'args.yaml'), 'model: tiny.yaml\ndata: data.yaml\nepochs: 1\nimgsz: 96\n');
  const save = 'import sys; from ultralytics import YOLO; YOLO("tiny.yaml").save(sys.argv[1])';
  execFileSync(python, ['-c', save, path.join(folder, 'saved.pt')], {
    cwd: workshop.dir,
    env: { ...process.env, YOLO_OFFLINE: 'true' },
    stdio: 'ignore',
  });
  // As the library does: the row of an epoch, then its weights.
  writeFileSync(path.join(folder, 'results.csv'), 'epoch,time,train/box_loss\n1,2,1.5\n');
  copyFileSync(path.join(folder, 'saved.pt'), path.join(folder, 'weights/last.pt'));
  rmSync(path.join(folder, 'saved.pt'));
  await until('its checkpoint is copied', () => eventsOf(workshop.runDir('six'), 'checkpoint').length > 0);
  const { out } = await runCliProcess(['validate', '--run', 'six@1', '--json'], workshop.dir);
  child.kill('SIGINT');
  await done;
  expect(JSON.parse(out)).toMatchObject({ images: 4, imgsz: 96 });
});

it('group 8: what the library starts starts here as well', async () => {
  const keys = { model: 'rtdetr-l.yaml', batch: 2, lr0: 0.0001, fraction: 2 };
  expect((await train('eight', keys)).code).toBe(0);
});

it('group 10: a relative path of a dataset is that of its YAML, wherever the run is started', async () => {
  const folder = path.join(workshop.dir, 'sets');
  mkdirSync(folder);
  const text = readFileSync(path.join(workshop.dir, 'data.yaml'), 'utf8').replace(/^path:.*\n/m, '');
  writeFileSync(path.join(folder, 'beside.yaml'), `path: ..\n${text}`);
  expect((await train('ten', { data: 'sets/beside.yaml' })).code).toBe(0);
});

it('group 11: without validation the numbers and the patience of the library itself count', async () => {
  const { code, out, dir } = await train('eleven', { patience: 7 });
  expect(code).toBe(0);
  expect(readFileSync(path.join(dir, 'trainer/args.yaml'), 'utf8')).toMatch(/^patience: 7$/m);
  expect(out).toMatch(/best: epoch 1, mAP50-95 [\d.]+ \(its own\)/);
});

it('group 11: a script of its user streams its steps', async () => {
  const script = path.join(workshop.dir, 'train.py');
  const options =
    'imgsz=64, batch=4, device="cpu", workers=0, plots=False, amp=False, verbose=False, val=False';
  writeFileSync(
    script,
    `from ultralytics import YOLO\nYOLO("tiny.yaml").train(data="data.yaml", epochs=1, ${options})\n`,
  );
  const argv = ['run', '--name', 'script', '--', python, 'train.py'];
  expect((await runCliProcess(argv, workshop.dir)).code).toBe(0);
  expect(eventsOf(workshop.runDir('script'), 'step')).toHaveLength(2);
});

it('group 12: a label of a class that there is not is refused before the start', async () => {
  const data = path.join(workshop.dir, 'wrong');
  cpSync(path.join(workshop.dir, 'tasks/detect'), data, { recursive: true });
  writeFileSync(path.join(data, 'labels/val/000.txt'), '7 0.5 0.5 0.2 0.2\n');
  const { code, err, dir } = await train('twelve', { data: 'wrong/data.yaml', validation: JUDGED });
  expect([code, existsSync(dir)]).toEqual([2, false]);
  expect(err).toMatch(/000\.txt.*class 7/);
});
