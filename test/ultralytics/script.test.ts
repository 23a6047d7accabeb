import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { runCliProcess, spawnCli } from '../helpers/cli';
import { eventsOf, python, until, useWorkshop, validationsOf, writeTinyModel } from './helpers';

// A script as its user wrote it, run by `pitwall run`: nothing in it knows of Pitwall.
const workshop = useWorkshop({ train: 48, val: 16, prepare: writeTinyModel });

const OPTIONS = 'imgsz=64, batch=16, device="cpu", workers=0, plots=False, amp=False, verbose=False';

function writeScript(name: string, lines: readonly string[]): string {
  const file = path.join(workshop.dir, name);
  writeFileSync(file, `${['from ultralytics import YOLO', ...lines].join('\n')}\n`);
  return name;
}

const validated = (dir: string) => validationsOf(dir).filter(({ type }) => type === 'validation');

it('streams steps, LR per group and checkpoints, which are validated; the script goes on as ever', async () => {
  const script = writeScript('train.py', [
    'model = YOLO("tiny.yaml")',
    `result = model.train(data="data.yaml", epochs=3, optimizer="SGD", warmup_epochs=0, seed=3, ${OPTIONS})`,
    'print("RESULT", result.box.map, model.trainer.best, model.trainer.args.patience)',
    `YOLO("tiny.yaml").train(data="data.yaml", epochs=1, ${OPTIONS})`,
  ]);
  const { code, out } = await runCliProcess(['run', '--name', 'plain', '--', python, script], workshop.dir);
  const dir = workshop.runDir('plain');
  expect(code).toBe(0);
  expect(out).toContain('3/3');
  expect(eventsOf(dir, 'plan')).toMatchObject([{ epochs: 3, stepsPerEpoch: 3, task: 'detect' }]);
  expect(eventsOf(dir, 'hello').at(-1)).toMatchObject({
    groups: ['weights', 'norm', 'bias'],
    knobs: expect.arrayContaining(['stop', 'lr', 'stop_after_epoch']),
  });
  const steps = eventsOf(dir, 'step');
  expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  // SGD without warm-up: lr0 .01, linear to lrf .01.
  expect(steps.map(({ lr }) => lr[0])).toEqual([0, 1, 2].flatMap((e) => Array(3).fill(expectedLr(e))));
  expect(eventsOf(dir, 'checkpoint').map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(validated(dir).at(-1)).toMatchObject({ epoch: 3, images: 16, imgsz: 64 });
  // In its own folder, with its own results: as without Pitwall.
  const output = readFileSync(path.join(dir, 'trainer/output.log'), 'utf8');
  const [, map, best, patience] = /RESULT (\S+) (\S+) (\S+)/.exec(output) ?? [];
  expect(Number(map)).toBeGreaterThanOrEqual(0);
  expect([existsSync(best), patience]).toEqual([true, '100']);
  expect(eventsOf(dir, 'epoch').every(({ metrics }) => metrics?.map !== undefined)).toBe(true);
  expect(eventsOf(dir, 'log').map(({ message }) => message)).toContain(
    'this script trains more than once: the run shows its first training only',
  );
});

const expectedLr = (epoch: number): unknown => expect.closeTo(0.01 * ((1 - epoch / 3) * 0.99 + 0.01), 12);

it('trainer: command with such a script follows LR changes and a stop after the epoch', async () => {
  const script = writeScript('long.py', [
    'model = YOLO("tiny.yaml")',
    `model.train(data="data.yaml", epochs=900, optimizer="SGD", warmup_epochs=0, val=False, ${OPTIONS})`,
    'print("AFTER", model.trainer.epoch)',
  ]);
  const config = path.join(workshop.dir, 'long.train.yaml');
  writeFileSync(config, `trainer: command\nvalidation: false\ncommand: {run: [${python}, ${script}]}\n`);
  const { done } = spawnCli(['train', config, '--name', 'long'], workshop.dir);
  const dir = workshop.runDir('long');
  await until('training', () => eventsOf(dir, 'step').length >= 2);
  expect((await runCliProcess(['set', dir, 'lr=0.004', '--hold'], workshop.dir)).code).toBe(0);
  expect((await runCliProcess(['stop', dir, '--after-epoch'], workshop.dir)).code).toBe(0);
  await done;
  const change = eventsOf(dir, 'control').find(({ requested }) => requested?.type === 'lr');
  const after = eventsOf(dir, 'step').filter(({ step }) => step > Number(change?.step));
  expect(after.length).toBeGreaterThan(0);
  expect(after.every(({ lr }) => lr.every((value) => value === 0.004))).toBe(true);
  expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'stopped' });
  expect(readFileSync(path.join(dir, 'trainer/output.log'), 'utf8')).toContain('AFTER');
});

it('a classifier is judged as well, a failure is reported with its cause, and a hidden sitecustomize still runs', async () => {
  const tasks = path.resolve(import.meta.dirname, '../fixtures/ultralytics/make_tasks.py');
  execFileSync(python, [tasks, workshop.dir, '6', '3']);
  const site = path.join(workshop.dir, 'site');
  mkdirSync(site);
  writeFileSync(path.join(site, 'sitecustomize.py'), 'print("SITE OF THE USER")\n');
  const script = writeScript('classes.py', [
    `YOLO("yolov8n-cls.yaml").train(data="classify", epochs=1, ${OPTIONS})`,
    'raise SystemError("the export broke")',
  ]);
  vi.stubEnv('PYTHONPATH', site);
  const { code } = await runCliProcess(['run', '--name', 'cls', '--', python, script], workshop.dir);
  vi.unstubAllEnvs();
  const dir = workshop.runDir('cls');
  expect(code).toBe(1);
  expect(validated(dir)).toMatchObject([{ epoch: 1, task: 'classify', images: 3 }]);
  const output = readFileSync(path.join(dir, 'trainer/output.log'), 'utf8');
  expect(output).toContain('SITE OF THE USER');
  expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'failed' });
});

it('a training that never began is reported with its cause, unless the script tries again with something else', async () => {
  const options = OPTIONS.replace('device="cpu", ', '');
  const again = writeScript('again.py', [
    `options = dict(data="data.yaml", epochs=1, val=False, ${options})`,
    'try:',
    '    YOLO("tiny.yaml").train(device="0,1", **options)',
    'except ValueError:',
    '    YOLO("tiny.yaml").train(device="cpu", **options)',
  ]);
  const second = await runCliProcess(['run', '--name', 'again', '--', python, again], workshop.dir);
  expect([second.code, eventsOf(workshop.runDir('again'), 'step').length]).toEqual([0, 3]);
  const never = writeScript('never.py', [
    `YOLO("tiny.yaml").train(data="nowhere.yaml", epochs=1, ${OPTIONS})`,
  ]);
  const { code } = await runCliProcess(['run', '--name', 'never', '--', python, never], workshop.dir);
  expect(code).toBe(1);
  const [end] = eventsOf(workshop.runDir('never'), 'end');
  expect(end).toMatchObject({ reason: 'failed', message: expect.stringContaining('nowhere.yaml') });
});
