// cspell:ignore requ
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeExample } from '../../src/dataset/example/write-example';
import { decodeState } from '../../src/trainers/builtin/checkpoint/state-file';
import { createTrainerRun, eventsOf, type TrainerRun, waitForEvents } from '../helpers/trainer-run';

/** So many that a run caught after its first epoch is far from its end, however late a busy machine polls. */
const EPOCHS = 5;
const CONFIG = `
trainer: builtin
model: nano
data: data.yaml
epochs: ${EPOCHS}
batch: 8
imgsz: 64
lr0: 0.01
warmup_epochs: 1
warmup_bias_lr: 0.01
mosaic: 0.5
close_mosaic: 1
fliplr: 0.5
`;
/** 44 images make 6 steps an epoch, the last of them filled up. */
const STEPS = 6;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pitwall-trainer-'));
  await writeExample(folder, { train: 44, val: 4 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const create = (name: string, more = '') => createTrainerRun(folder, name, CONFIG + more);
const madeSteps = async (run: TrainerRun) => eventsOf(await run.events(), 'step').map((e) => e.step);
const stateFile = (run: TrainerRun, epoch: number) =>
  path.join(run.dir, `checkpoints/epoch-000${epoch}/state.bin`);
const finalTensors = async (run: TrainerRun) => decodeState(await readFile(stateFile(run, EPOCHS))).tensors;
const hasStep = (step: number) => (events: Parameters<Parameters<typeof waitForEvents>[1]>[0]) =>
  eventsOf(events, 'step').some((e) => e.step === step);

/** An undisturbed run; others are compared with it. */
let whole: TrainerRun;

describe('the trainer process', () => {
  it('trains every epoch, announces whole checkpoints and ends as completed', async () => {
    whole = await create('whole');
    expect(await whole.start().ended).toMatchObject({ code: 0, stderr: '' });
    const events = await whole.events();
    expect(events[0]).toMatchObject({ type: 'hello', attempt: 1, fromStep: 0 });
    expect(eventsOf(events, 'plan')[0]).toMatchObject({
      stepsPerEpoch: STEPS,
      totalSteps: EPOCHS * STEPS,
      images: 44,
    });
    for (const { loss } of eventsOf(events, 'step')) expect(loss.box + loss.cls).toBeCloseTo(loss.total, 3);
    expect(await madeSteps(whole)).toEqual(Array.from({ length: EPOCHS * STEPS }, (_, i) => i));
    expect(eventsOf(events, 'epoch').map((e) => [e.epoch, e.step])).toEqual(
      Array.from({ length: EPOCHS }, (_, i) => [i + 1, (i + 1) * STEPS - 1]),
    );
    for (const { path: folderOf } of eventsOf(events, 'checkpoint'))
      expect(await readdir(path.join(whole.dir, folderOf))).toEqual(['meta.json', 'model.onnx', 'state.bin']);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'completed', step: EPOCHS * STEPS - 1 });
  });

  it('goes on after kill -9 from the last checkpoint and ends with the very same weights', async () => {
    const run = await create('killed');
    const first = run.start();
    await waitForEvents(run, hasStep(STEPS + 2));
    first.child.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();
    const last = eventsOf(await run.events(), 'checkpoint').at(-1)?.epoch ?? 0;
    expect(last).toBeGreaterThanOrEqual(1);
    expect((await run.start(2).ended).code).toBe(0);
    expect(eventsOf(await run.events(), 'hello')[1]).toMatchObject({ attempt: 2, fromStep: last * STEPS });
    expect(await finalTensors(run)).toEqual(await finalTensors(whole));
  });

  it('announces the checkpoint that it goes on from if that was not done, once', async () => {
    const run = await create('unannounced');
    expect((await run.start().ended).code).toBe(0);
    // As if it had been killed between the last checkpoint and its event.
    const file = path.join(run.dir, 'events.jsonl');
    const lines = (await readFile(file, 'utf8')).split('\n');
    const last = lines.findLastIndex((line) => line.includes('"type":"checkpoint"'));
    await writeFile(file, `${lines.slice(0, last).join('\n')}\n`);
    for (const attempt of [2, 3]) expect((await run.start(attempt).ended).code).toBe(0);
    const told = eventsOf(await run.events(), 'checkpoint').map(({ t: _, ...event }) => event);
    expect(told).toEqual(eventsOf(await whole.events(), 'checkpoint').map(({ t: _, ...event }) => event));
  });

  it('pauses in the middle of an epoch and continues with the very same weights and means', async () => {
    const run = await create('paused');
    const first = run.start();
    await waitForEvents(run, hasStep(1));
    await run.ask('p', { type: 'pause' });
    expect((await first.ended).code).toBe(0);
    const end = eventsOf(await run.events(), 'end')[0];
    expect(end.reason).toBe('paused');
    expect((await run.start(2).ended).code).toBe(0);
    expect(eventsOf(await run.events(), 'hello')[1].fromStep).toBe(end.step + 1);
    expect(await madeSteps(run)).toEqual(await madeSteps(whole));
    expect(await finalTensors(run)).toEqual(await finalTensors(whole));
    const means = async (r: TrainerRun) => eventsOf(await r.events(), 'epoch').map((e) => e.loss);
    expect(await means(run)).toEqual(await means(whole));
  });

  it('pauses at the end of the epoch that is asked for, and continues with the very same weights', async () => {
    const run = await create('rung');
    await run.ask('p', { type: 'pause', epoch: 2 });
    expect((await run.start().ended).code).toBe(0);
    const events = await run.events();
    expect(eventsOf(events, 'end')).toMatchObject([{ reason: 'paused', step: 2 * STEPS - 1 }]);
    expect(eventsOf(events, 'checkpoint').map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect((await run.start(2).ended).code).toBe(0);
    expect(await madeSteps(run)).toEqual(await madeSteps(whole));
    expect(await finalTensors(run)).toEqual(await finalTensors(whole));
  });

  it('skips a damaged checkpoint', async () => {
    const run = await create('damaged');
    expect((await run.start().ended).code).toBe(0);
    for (const epoch of [EPOCHS - 1, EPOCHS]) await writeFile(stateFile(run, epoch), 'torn');
    expect((await run.start(2).ended).code).toBe(0);
    const events = await run.events();
    expect(eventsOf(events, 'hello')[1].fromStep).toBe((EPOCHS - 2) * STEPS);
    expect(eventsOf(events, 'log').filter((e) => /is skipped/.test(e.message))).toHaveLength(2);
    expect(await finalTensors(run)).toEqual(await finalTensors(whole));
  });
});

describe('control requests', () => {
  it('stop at the next batch, without a checkpoint of the broken epoch', async () => {
    const run = await create('stopped');
    const trainer = run.start();
    await waitForEvents(run, hasStep(1));
    await run.ask('s', { type: 'stop' });
    expect((await trainer.ended).code).toBe(0);
    const events = await run.events();
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
    expect(eventsOf(events, 'control')[0]).toMatchObject({ id: 's', ok: true });
    expect(await readdir(path.join(run.dir, 'control/trainer'))).toEqual([]);
  });

  it('change the LR during the run, which a resume applies again; what is not a request is answered and removed', async () => {
    const run = await create('lr');
    await run.ask('hold', { type: 'lr', mode: 'hold', value: 0.003 });
    await writeFile(path.join(run.dir, 'control/trainer/bad.json'), '{"id": "bad", "requ');
    await run.ask('stop', { type: 'stop_after_epoch' });
    expect((await run.start().ended).code).toBe(0);
    const events = await run.events();
    expect(
      eventsOf(events, 'control')
        .map((e) => [e.id, e.ok])
        .sort(),
    ).toEqual([
      ['bad', false],
      ['hold', true],
      ['stop', true],
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'stopped', step: STEPS - 1 });
    expect(await run.start(2).ended).toMatchObject({ code: 0 });
    const steps = eventsOf(await run.events(), 'step');
    expect(steps).toHaveLength(EPOCHS * STEPS);
    for (const { lr } of steps) expect(lr[0]).toBe(0.003);
  });

  it('close mosaic from the next batch on, also after a resume', async () => {
    const run = await create('mosaic');
    await run.ask('close', { type: 'close_mosaic' });
    await run.ask('stop', { type: 'stop_after_epoch' });
    expect((await run.start().ended).code).toBe(0);
    expect((await run.start(2).ended).code).toBe(0);
    const never = await create('never');
    await never.ask('close', { type: 'close_mosaic' });
    expect((await never.start().ended).code).toBe(0);
    expect(await finalTensors(run)).toEqual(await finalTensors(never));
    expect(await finalTensors(run)).not.toEqual(await finalTensors(whole));
  });
});

describe('trouble', () => {
  const endOf = async (run: TrainerRun) => eventsOf(await run.events(), 'end')[0];

  it('is divergence with step and reason, exit code 1', async () => {
    const run = await create('diverged');
    await rewrite(run, (e) => ({ ...e, schedule: { ...e.schedule, lr0: 1e6, warmup_epochs: 0 } }));
    expect((await run.start().ended).code).toBe(1);
    expect(await endOf(run)).toMatchObject({ reason: 'diverged', message: expect.stringMatching(/loss/) });
  });

  it('is one clear line for a missing dataset', async () => {
    const missing = await create('missing');
    await rewrite(missing, (e) => ({ ...e, data: path.join(folder, 'nowhere.yaml') }));
    expect((await missing.start().ended).code).toBe(1);
    expect((await endOf(missing)).message).toMatch(/nowhere\.yaml.*does not exist/);
  });

  it('is none if the batch is larger than the set: each step has all images, and one line says so', async () => {
    const large = await create('large');
    await rewrite(large, (e) => ({ ...e, batch: 45, epochs: 1 }));
    expect((await large.start().ended).code).toBe(0);
    const events = await large.events();
    expect(eventsOf(events, 'plan')[0]).toMatchObject({ batch: 44, stepsPerEpoch: 1 });
    const said = eventsOf(events, 'log').filter(({ message }) => /batch 45 is larger/.test(message));
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringMatching(/training set of 44 images: each step has 44 images$/),
    ]);
  });

  it('does not end for a corrupt image, which is skipped and counted', async () => {
    const data = path.join(folder, 'corrupt');
    await writeExample(data, { train: 10, val: 2 });
    await writeFile(path.join(data, 'images/train/pcb_0003.png'), 'no picture');
    const run = await createTrainerRun(
      data,
      'corrupt',
      CONFIG.replace(`epochs: ${EPOCHS}`, 'epochs: 1').replace('close_mosaic: 1', 'close_mosaic: 0'),
    );
    expect((await run.start().ended).code).toBe(0);
    const warnings = eventsOf(await run.events(), 'log').filter((e) => e.level === 'warning');
    expect(warnings.filter((e) => /pcb_0003\.png.*1 so far/.test(e.message))).toHaveLength(1);
  });
});

describe('AutoBatch', () => {
  it('finds a batch that fits before the schedule is made, and a resume keeps it', async () => {
    const run = await create('auto-batch');
    await rewrite(run, (e) => ({ ...e, batch: -1, epochs: 2 }));
    await run.ask('stop', { type: 'stop_after_epoch' });
    expect(await run.start().ended).toMatchObject({ code: 0, stderr: '' });
    expect(await run.start(2).ended).toMatchObject({ code: 0, stderr: '' });
    const plans = eventsOf(await run.events(), 'plan');
    expect(plans.map((p) => [p.batch, p.stepsPerEpoch, p.totalSteps])).toEqual([
      [16, 3, 6],
      [16, 3, 6],
    ]);
    const chosen = plans.map((p) => p.settings.find(({ key }) => key === 'batch'));
    expect(chosen[0]).toMatchObject({ requested: -1, effective: 16 });
    expect(chosen[0]?.reason).toMatch(/^AutoBatch: a step fits/);
    expect(chosen[1]?.reason).toMatch(/^AutoBatch found it at the first start/);
  });
});

describe('fine-tuning', () => {
  it('starts from a checkpoint; a head for other classes starts anew', async () => {
    const run = await create('tuned');
    await rewrite(run, (e) => ({ ...e, model: `runs/whole@${EPOCHS}`, epochs: 1, single_cls: true }));
    expect(await run.start().ended).toMatchObject({ code: 0, stderr: '' });
    const told = eventsOf(await run.events(), 'log').map((e) => e.message);
    expect(told.some((m) => /weights come from .*epoch-0005.*start anew: head\./.test(m))).toBe(true);
  });

  it('refuses a model that is not a checkpoint', async () => {
    const run = await create('no-model');
    await rewrite(run, (e) => ({ ...e, model: 'data.yaml' }));
    expect((await run.start().ended).code).toBe(1);
    expect(eventsOf(await run.events(), 'end')[0].message).toMatch(/data\.yaml is not a checkpoint/);
  });
});

type Resolved = { readonly schedule: Record<string, unknown>; readonly [key: string]: unknown };

/** Changes the resolved experiment of a run that has not started. */
async function rewrite(run: TrainerRun, change: (experiment: Resolved) => unknown): Promise<void> {
  const file = path.join(run.dir, 'run.json');
  const parsed = JSON.parse(await readFile(file, 'utf8'));
  parsed.experiment.resolved = change(parsed.experiment.resolved);
  await writeFile(file, JSON.stringify(parsed));
}
