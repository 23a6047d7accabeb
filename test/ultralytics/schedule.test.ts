import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { scheduleOf } from '../../src/domain/schedule/schedule';
import { runCliProcess } from '../helpers/cli';
import { eventsOf, installedVersion, useWorkshop, writeExperiment } from './helpers';

// Preview equals reality: the LR that the library's optimizer held at every step of a real run, against domain/schedule.
const EPOCHS = 3;
const IMAGES = 48;
const workshop = useWorkshop({ train: IMAGES, val: 8 });
let version: string;
beforeAll(() => {
  version = installedVersion();
});

async function check(name: string, keys: Readonly<Record<string, unknown>>): Promise<void> {
  const file = writeExperiment(workshop, name, { epochs: EPOCHS, validation: false, ...keys });
  const { code, err } = await runCliProcess(['train', file, '--name', name, '--json'], workshop.dir);
  expect(err).toBe('');
  expect(code).toBe(0);
  const { experiment } = parseExperiment(readFileSync(file, 'utf8'), { file });
  const { schedule } = scheduleOf(experiment!, { images: IMAGES, classes: 6, ultralyticsVersion: version });
  const dir = workshop.runDir(name);
  const steps = eventsOf(dir, 'step');
  expect(eventsOf(dir, 'hello')[0].groups).toEqual(schedule.groups);
  expect(steps).toHaveLength(schedule.steps);
  for (const { step, lr } of steps) {
    for (const [group, value] of lr.entries()) {
      const planned = schedule.lrAt(step, group);
      expect(
        Math.abs(value - planned),
        `${name}: step ${step}, ${schedule.groups[group]}: ${value} for ${planned}`,
      ).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(planned), 1e-12));
    }
  }
}

describe('the LR of every parameter group at every step equals the preview', () => {
  it('SGD, cosine, warm-up over one and a half epochs', () =>
    check('sgd-cos', { cos_lr: true, warmup_epochs: 1.5, lr0: 0.02 }));
  it('SGD, linear decay, warm-up as long as the run allows', () =>
    check('sgd-long', { warmup_epochs: 5, lrf: 0.2 }));
  it('AdamW without warm-up', () => check('adamw', { optimizer: 'AdamW', lr0: 0.002, warmup_epochs: 0 }));
  it('optimizer auto: its own LR and bias warm-up', () =>
    check('auto', { optimizer: 'auto', warmup_epochs: 1 }));
  it('MuSGD: eight groups, boosted ones at three times the LR', () =>
    check('musgd', { optimizer: 'MuSGD', warmup_epochs: 1 }));
  it('exponential warm-up, which the library does not have', () =>
    check('exponential', { warmup_shape: 'exponential', warmup_epochs: 2 }));
  it('constant warm-up, which the library does not have', () =>
    check('constant', { warmup_shape: 'constant', warmup_epochs: 1 }));
});
