import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeExample } from '../../src/dataset/example/write-example';
import { plannedOfRun } from '../../src/protocol/dashboard/planned';
import { createRunState, reduceRun } from '../../src/run/reduce';
import { createTrainerRun, eventsOf, type TrainerRun } from '../helpers/trainer-run';

const EPOCHS = 4;
const CONFIG = `
trainer: builtin
model: micro
data: data.yaml
epochs: ${EPOCHS}
batch: 8
imgsz: 64
warmup_epochs: 1
mosaic: 0
close_mosaic: 0
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pitwall-changed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const images = (dir: string): string => path.join(dir, 'images/train');
const aside = (dir: string): string => path.join(dir, 'aside');

/** Leaves so many training images in their folder. */
async function leave(dir: string, count: number): Promise<void> {
  for (const name of await readdir(aside(dir)))
    await rename(path.join(aside(dir), name), path.join(images(dir), name));
  const names = (await readdir(images(dir))).sort();
  for (const name of names.slice(count))
    await rename(path.join(images(dir), name), path.join(aside(dir), name));
}

/** A run on `before` images that has stopped after two epochs, in a folder of its own. */
async function stoppedAfterTwo(name: string, before: number): Promise<{ run: TrainerRun; dir: string }> {
  const dir = path.join(folder, name);
  await writeExample(dir, { train: 40, val: 2 });
  await mkdir(aside(dir), { recursive: true });
  await leave(dir, before);
  const run = await createTrainerRun(dir, name, CONFIG);
  for (const attempt of [1, 2]) {
    await run.ask('stop', { type: 'stop_after_epoch' });
    expect(await run.start(attempt).ended).toMatchObject({ code: 0, stderr: '' });
  }
  return { run, dir };
}

/** The steps of each epoch, as a host sees them after everything. */
async function seenSteps(run: TrainerRun): Promise<Record<number, number[]>> {
  let state = createRunState();
  for (const value of await run.events()) state = reduceRun(state, { source: 'events', value });
  const { step, epoch } = state.steps;
  const seen: Record<number, number[]> = {};
  for (let row = 0; row < step.length; row++)
    seen[epoch.at(row)] = [...(seen[epoch.at(row)] ?? []), step.at(row)];
  expect(state.epochs.map((e) => e.epoch)).toEqual([1, 2, 3, 4]);
  expect([...state.checkpoints.keys()]).toEqual([1, 2, 3, 4]);
  return seen;
}

const warnings = async (run: TrainerRun): Promise<string[]> =>
  eventsOf(await run.events(), 'log')
    .filter((e) => e.level === 'warning')
    .map((e) => e.message);

describe('a training set that changes while a run is stopped', () => {
  it('and has shrunk: the epochs that are left are trained, and nothing that was done is lost', async () => {
    const { run, dir } = await stoppedAfterTwo('shrunk', 40);
    await leave(dir, 8);
    expect(await run.start(3).ended).toMatchObject({ code: 0 });
    expect(await seenSteps(run)).toEqual({ 1: [0, 1, 2, 3, 4], 2: [5, 6, 7, 8, 9], 3: [10], 4: [11] });
    expect((await run.events()).at(-1)).toMatchObject({ type: 'end', reason: 'completed', step: 11 });
    expect(await warnings(run)).toEqual([
      'the training set has changed since checkpoints/epoch-0002: 40 images became 8; its epochs are 1 instead of 5 steps long; goes on with the whole of epoch 3',
    ]);
  });

  it('and has grown: no epoch is trained twice, and the LR that is drawn is the LR that was applied', async () => {
    const { run, dir } = await stoppedAfterTwo('grown', 16);
    await leave(dir, 40);
    expect(await run.start(3).ended).toMatchObject({ code: 0 });
    expect(await seenSteps(run)).toEqual({
      1: [0, 1],
      2: [2, 3],
      3: [4, 5, 6, 7, 8],
      4: [9, 10, 11, 12, 13],
    });
    const events = await run.events();
    const { experiment } = JSON.parse(await readFile(path.join(run.dir, 'run.json'), 'utf8'));
    const plan = eventsOf(events, 'plan').at(-1);
    const planned = plannedOfRun({ ...createRunState({ experiment } as never), plan });
    for (const { step, lr } of eventsOf(events, 'step'))
      expect(lr).toEqual(lr.map((_, group) => planned?.lrAt(step, group)));
    expect(plan?.totalSteps).toBe(14);
  });

  it('and is as large as before: it is said, and the run goes on where it was', async () => {
    const { run, dir } = await stoppedAfterTwo('other', 16);
    await writeFile(path.join(dir, 'labels/train/pcb_0000.txt'), '0 0.5 0.5 0.25 0.25\n');
    expect(await run.start(3).ended).toMatchObject({ code: 0 });
    expect((await warnings(run)).at(-1)).toBe(
      'the training set has changed since checkpoints/epoch-0002: other images or labels; goes on with the new one',
    );
    expect(eventsOf(await run.events(), 'plan').at(-1)).toMatchObject({ stepsPerEpoch: 2, totalSteps: 8 });
  });
});
