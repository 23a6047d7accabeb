import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runCliProcess } from '../helpers/cli';
import { eventsOf, python, useWorkshop, validationsOf, writeExperiment, writeTinyModel } from './helpers';

// A training that Ultralytics began without Pitwall and that broke off after two of four epochs.
const BREAKS_OFF = `
import sys
from ultralytics import YOLO
def leave(trainer):
    if trainer.epoch == 1: raise KeyboardInterrupt
model = YOLO("tiny.yaml")
model.add_callback("on_fit_epoch_end", leave)
try:
    model.train(data="data.yaml", epochs=4, imgsz=64, batch=16, optimizer="SGD", warmup_epochs=0, device="cpu", workers=0, plots=False,
        amp=False, verbose=False, project=sys.argv[1], name="theirs")
except KeyboardInterrupt: pass
`;
const workshop = useWorkshop({ train: 48, val: 8 });
let folder: string;
beforeAll(() => {
  writeTinyModel(workshop);
  const env = { ...process.env, YOLO_OFFLINE: 'true' };
  execFileSync(python, ['-c', BREAKS_OFF, path.join(workshop.dir, 'own')], {
    cwd: workshop.dir,
    env,
    stdio: 'ignore',
  });
  folder = path.join(workshop.dir, 'own', 'theirs');
});

/** Three steps an epoch: the epochs 3 and 4 were left, at the LR that follows on the first two. */
function expectTheRest(dir: string): void {
  const hello = eventsOf(dir, 'hello')[0];
  expect([hello.attempt, hello.fromStep]).toEqual([1, 6]);
  const steps = eventsOf(dir, 'step');
  expect(steps.map(({ step }) => step)).toEqual([6, 7, 8, 9, 10, 11]);
  for (const { epoch, lr } of steps)
    expect(lr[0]).toBeCloseTo(0.01 * ((1 - (epoch - 1) / 4) * 0.99 + 0.01), 12);
  expect(eventsOf(dir, 'checkpoint').map(({ epoch }) => epoch)).toEqual([3, 4]);
  expect(validationsOf(dir).at(-1)).toMatchObject({ epoch: 4 });
  expect(eventsOf(dir, 'end')).toMatchObject([{ reason: 'completed' }]);
}

it('train --resume of its folder goes on with it as a run, and leaves the folder as it is', async () => {
  const before = statSync(path.join(folder, 'weights/last.pt')).mtimeMs;
  const { code, err } = await runCliProcess(['train', '--resume', folder], workshop.dir);
  expect(err).toContain("is Ultralytics' own");
  expect(code).toBe(0);
  expectTheRest(workshop.runDir('theirs-1'));
  expect(statSync(path.join(folder, 'weights/last.pt')).mtimeMs).toBe(before);
  expect(existsSync(path.join(workshop.runDir('theirs-1'), 'trainer/results.csv'))).toBe(true);
});

it('resume: true with last.pt trains the epochs that are left, as Ultralytics does', async () => {
  const file = writeExperiment(workshop, 'left', {
    model: path.join(folder, 'weights/last.pt'),
    resume: true,
    epochs: 9,
  });
  const { code, err } = await runCliProcess(['train', file, '--name', 'left'], workshop.dir);
  expect(err).toMatch(/resume: goes on from .*last\.pt.* for the epochs that are left/);
  expect(code).toBe(0);
  expectTheRest(workshop.runDir('left'));
});
