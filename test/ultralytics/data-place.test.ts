import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCliProcess } from '../helpers/cli';
import { eventsOf, useWorkshop, validationsOf, writeExperiment, writeTinyModel } from './helpers';

const workshop = useWorkshop({ train: 24, val: 8, prepare: writeTinyModel });

it('a dataset whose path is relative is read beside its YAML, wherever the run is started; the size that varies is only that of training', async () => {
  const yaml = path.join(workshop.dir, 'data.yaml');
  writeFileSync(
    yaml,
    readFileSync(yaml, 'utf8')
      .replace(/^path:.*\n/m, '')
      .concat('path: .\n'),
  );
  const elsewhere = path.join(workshop.dir, 'elsewhere');
  mkdirSync(elsewhere);
  const keys = { model: 'tiny.yaml', data: yaml, epochs: 2, batch: 8, warmup_epochs: 0, multi_scale: 0.5 };
  const validation = { device: 'cpu', batch: 8, backlog: 'all' };
  const file = writeExperiment(workshop, 'placed', { ...keys, validation });
  const model = path.join(workshop.dir, 'tiny.yaml');
  const argv = ['train', file, '--name', 'placed', '--runs', path.join(workshop.dir, 'runs')];
  const { code, err } = await runCliProcess([...argv, '--set', `model=${model}`], elsewhere);
  expect([code, err]).toMatchObject([0, expect.not.stringContaining('not found')]);
  const dir = workshop.runDir('placed');
  expect(eventsOf(dir, 'plan').at(-1)).toMatchObject({ images: 24, stepsPerEpoch: 3 });
  const validations = validationsOf(dir).filter(({ type }) => type === 'validation');
  // All checkpoints are judged at one size, the run's: that of a batch says nothing about a checkpoint.
  expect(validations.map(({ epoch, images, imgsz }) => [epoch, images, imgsz])).toEqual([
    [1, 8, 64],
    [2, 8, 64],
  ]);
});

it('a resume takes no other image size: its checkpoints would be judged at two', async () => {
  const { code, err } = await runCliProcess(
    ['train', '--resume', workshop.runDir('placed'), '--set', 'imgsz=96'],
    workshop.dir,
  );
  expect(code).toBe(2);
  expect(err).toMatch(/--resume continues the run as it is: it takes no config, --set or --name/);
});
