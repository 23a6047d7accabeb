import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { runCliProcess, spawnCli } from '../helpers/cli';
import { eventsOf, until, useWorkshop, validationsOf, writeExperiment, writeTinyModel } from './helpers';

const workshop = useWorkshop({ train: 48, val: 8, prepare: writeTinyModel });

const OWN = { model: 'tiny.yaml', batch: 4, epochs: 6, warmup_epochs: 0 };
const STEPS = 12;

const validatedEpochs = (dir: string): unknown[] =>
  validationsOf(dir)
    .filter(({ type }) => type === 'validation')
    .map(({ epoch }) => epoch);

it('a run that is stopped between the checkpoints it writes goes on from its last whole epoch, and that is judged', async () => {
  const checkpoints = { every: 5 };
  const validation = { device: 'cpu', backlog: 'all' };
  const file = writeExperiment(workshop, 'between', { ...OWN, checkpoints, validation });
  const { done } = spawnCli(['train', file, '--name', 'between'], workshop.dir);
  const dir = workshop.runDir('between');
  await until('two epochs are over', () => eventsOf(dir, 'step').length > 2 * STEPS + 1);
  await runCliProcess(['stop', dir], workshop.dir);
  await done;
  const last = Math.max(...eventsOf(dir, 'epoch').map(({ epoch }) => epoch));
  expect(eventsOf(dir, 'checkpoint').map(({ epoch }) => epoch)).toEqual([last]);
  expect((await runCliProcess(['train', '--resume', dir], workshop.dir)).code).toBe(0);
  expect(eventsOf(dir, 'hello')[1].fromStep).toBe(last * STEPS);
  expect(validatedEpochs(dir)).toContain(last);
});

it('a trainer that is killed there leaves the library’s own last checkpoint, which the run goes on from', async () => {
  const file = writeExperiment(workshop, 'killed', {
    ...OWN,
    checkpoints: { every: 5 },
    validation: false,
    val: true,
  });
  const { done } = spawnCli(['train', file, '--name', 'killed'], workshop.dir);
  const dir = workshop.runDir('killed');
  await until('two epochs are over', () => eventsOf(dir, 'step').length > 2 * STEPS + 1);
  const trainer = processesOfRun(readRunSync(dir).id).find(({ role }) => role === 'trainer');
  process.kill(trainer?.pid ?? 0, 'SIGKILL');
  await done;
  expect(eventsOf(dir, 'checkpoint')).toEqual([]);
  const last = Math.max(...eventsOf(dir, 'epoch').map(({ epoch }) => epoch));
  expect((await runCliProcess(['train', '--resume', dir], workshop.dir)).code).toBe(0);
  expect(eventsOf(dir, 'hello')[1].fromStep).toBe(last * STEPS);
  expect(eventsOf(dir, 'checkpoint').map(({ epoch }) => epoch)).toEqual(expect.arrayContaining([last, 6]));
});

it('a change of the LR after the last checkpoint holds from its step on, also when that step is done again', async () => {
  const file = writeExperiment(workshop, 'change', { ...OWN, validation: false });
  const { done } = spawnCli(['train', file, '--name', 'change'], workshop.dir);
  const dir = workshop.runDir('change');
  await until('an epoch and a bit is over', () => eventsOf(dir, 'step').length > STEPS + 3);
  await runCliProcess(['set', dir, 'lr=0.00123', '--hold'], workshop.dir);
  await until('the change is answered', () => eventsOf(dir, 'control').length === 1);
  const trainer = processesOfRun(readRunSync(dir).id).find(({ role }) => role === 'trainer');
  process.kill(trainer?.pid ?? 0, 'SIGKILL');
  await done;
  const [{ step: changed }] = eventsOf(dir, 'control');
  expect((await runCliProcess(['train', '--resume', dir], workshop.dir)).code).toBe(0);
  const since = eventsOf(dir, 'hello')[1].t;
  const again = eventsOf(dir, 'step').filter(({ t }) => t >= since);
  const held = again.filter(({ step }) => step >= changed);
  expect(held.length).toBeGreaterThan(STEPS);
  expect(held.every(({ lr }) => lr.every((value) => value === 0.00123))).toBe(true);
});

it('patience and save_period reach the library if it validates by itself; its own numbers are shown', async () => {
  const keys = { ...OWN, epochs: 4, patience: 7, save_period: 3, validation: false };
  const file = writeExperiment(workshop, 'alone', keys);
  const { code, out } = await runCliProcess(['train', file, '--name', 'alone'], workshop.dir);
  expect(code).toBe(0);
  const trainer = path.join(workshop.runDir('alone'), 'trainer');
  const args = readFileSync(path.join(trainer, 'args.yaml'), 'utf8');
  expect(args).toMatch(/^patience: 7$/m);
  expect(args).toMatch(/^save_period: 3$/m);
  // Ultralytics counts these from 0.
  expect(['epoch0.pt', 'epoch3.pt'].map((name) => existsSync(path.join(trainer, 'weights', name)))).toEqual([
    true,
    true,
  ]);
  const [{ metrics }] = eventsOf(workshop.runDir('alone'), 'epoch');
  expect(metrics).toMatchObject({
    map: metrics?.['metrics/mAP50-95(B)'],
    recall: metrics?.['metrics/recall(B)'],
  });
  expect(out).toMatch(/1\/4.* its own/);
  expect(out).toMatch(/best: epoch \d, mAP50-95 [\d.]+ \(its own\)/);
});
