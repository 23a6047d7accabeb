import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { scheduleOf, withLrChanges } from '../../src/domain/schedule/schedule';
import { askRun } from '../../src/engine/control/ask';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { runCliProcess, spawnCli } from '../helpers/cli';
import { eventsOf, until, useWorkshop, writeExperiment, writeTinyModel } from './helpers';

const workshop = useWorkshop({ train: 48, val: 8, prepare: writeTinyModel });

const OWN = { model: 'tiny.yaml', validation: false, batch: 4, cos_lr: true };

describe('change during the run', () => {
  it('scale follows the rest of the plan and hold keeps its value, during warm-up and across epoch starts', async () => {
    const file = writeExperiment(workshop, 'rates', {
      ...OWN,
      model: 'yolov8n.yaml',
      epochs: 8,
      warmup_epochs: 4,
      lr0: 0.02,
    });
    const { done } = spawnCli(['train', file, '--name', 'rates', '--json'], workshop.dir);
    const dir = workshop.runDir('rates');
    await until('warm-up has begun', () => eventsOf(dir, 'step').length >= 4);
    await askRun(dir, { type: 'lr', mode: 'scale', value: 0.003 }, 'test');
    await until('the scale is answered', () => eventsOf(dir, 'control').length === 1);
    await until('warm-up is over', () => eventsOf(dir, 'step').length >= 50);
    await askRun(dir, { type: 'lr', mode: 'hold', value: 0.0123 }, 'test');
    expect((await done).code).toBe(0);
    const [scale, hold] = eventsOf(dir, 'control');
    expect([scale.ok, hold.ok]).toEqual([true, true]);
    expect(scale.step).toBeLessThan(48);
    const { experiment } = parseExperiment(readFileSync(file, 'utf8'), { file });
    const { schedule } = scheduleOf(experiment!, { images: 48, classes: 6 });
    const changed = withLrChanges(schedule, [scale.applied!, hold.applied!]);
    const steps = eventsOf(dir, 'step');
    expect(steps).toHaveLength(96);
    for (const { step, lr } of steps)
      for (const [group, value] of lr.entries())
        expect(
          Math.abs(value - changed.lrAt(step, group)),
          `step ${step} group ${group}`,
        ).toBeLessThanOrEqual(1e-9 * Math.abs(value) + 1e-15);
    // Two epoch starts are behind the hold, and the optimizer still has exactly the requested value.
    expect(hold.step).toBeLessThan(72);
    expect(steps.slice(hold.step).every(({ lr }) => lr.every((value) => value === 0.0123))).toBe(true);
  });

  it('mosaic, patience and a request that makes no sense are each answered with what was done', async () => {
    const file = writeExperiment(workshop, 'knobs', { ...OWN, epochs: 5000, mosaic: 1 });
    const { done } = spawnCli(['train', file, '--name', 'knobs'], workshop.dir);
    const dir = workshop.runDir('knobs');
    await until('training', () => eventsOf(dir, 'step').length >= 1);
    await askRun(dir, { type: 'close_mosaic' }, 'test');
    await askRun(dir, { type: 'lr', mode: 'hold', value: 0.01, group: 'biases' }, 'test');
    await until('both are answered', () => eventsOf(dir, 'control').length === 2);
    const answers = eventsOf(dir, 'control').map(({ ok, message }) => `${ok} ${message}`);
    expect(answers.some((text) => /^true mosaic/.test(text))).toBe(true);
    expect(answers.some((text) => /^false there is no parameter group biases: expected/.test(text))).toBe(
      true,
    );
    expect((await runCliProcess(['stop', dir], workshop.dir)).code).toBe(0);
    await done;
  });
});

describe('stop and resume', () => {
  it('stop leaves no process of the run; the log says why it ended', async () => {
    const file = writeExperiment(workshop, 'stopped', { ...OWN, epochs: 50, workers: 2 });
    const { done } = spawnCli(['train', file, '--name', 'stopped'], workshop.dir);
    const dir = workshop.runDir('stopped');
    await until('an epoch is over', () => eventsOf(dir, 'checkpoint').length >= 1);
    const { id } = readRunSync(dir);
    expect((await runCliProcess(['stop', dir], workshop.dir)).code).toBe(0);
    await done;
    await until('every process is gone', () => processesOfRun(id).length === 0);
    expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'stopped' });
  });

  it('kill -9 of the trainer is reported, loses nothing, and resume goes on from the last checkpoint', async () => {
    const file = writeExperiment(workshop, 'killed', { ...OWN, epochs: 8 });
    const { done } = spawnCli(['train', file, '--name', 'killed'], workshop.dir);
    const dir = workshop.runDir('killed');
    await until('two epochs are over', () => eventsOf(dir, 'checkpoint').length >= 2);
    const before = eventsOf(dir, 'step').length;
    for (const { pid, role } of processesOfRun(readRunSync(dir).id))
      if (role === 'trainer') process.kill(pid, 'SIGKILL');
    expect((await done).code).toBe(1);
    const shown = await runCliProcess(['show', dir, '--json'], workshop.dir);
    expect(JSON.parse(shown.out)).toMatchObject({ state: 'failed' });
    expect(eventsOf(dir, 'step').length).toBeGreaterThanOrEqual(before);
    const resumed = await runCliProcess(['train', '--resume', dir], workshop.dir);
    expect(resumed.code).toBe(0);
    const hello = eventsOf(dir, 'hello').at(-1);
    expect(hello).toMatchObject({ attempt: 2 });
    expect(hello?.fromStep).toBeGreaterThanOrEqual(24);
    expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'completed', step: 95 });
    expect(
      eventsOf(dir, 'epoch')
        .map(({ epoch }) => epoch)
        .slice(-1),
    ).toEqual([8]);
  });

  // Far more epochs than are waited for: a run that ended by itself before the request would have nothing to pause.
  it('pause ends the process after a checkpoint; continue resumes', async () => {
    const file = writeExperiment(workshop, 'paused', { ...OWN, epochs: 5000 });
    const { done } = spawnCli(['train', file, '--name', 'paused'], workshop.dir);
    const dir = workshop.runDir('paused');
    await until('training', () => eventsOf(dir, 'step').length >= 2);
    expect((await runCliProcess(['pause', dir], workshop.dir)).code).toBe(0);
    await done;
    expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'paused' });
    const steps = eventsOf(dir, 'step').length;
    const resumed = spawnCli(['train', '--resume', dir], workshop.dir);
    await until('it goes on', () => eventsOf(dir, 'step').length > steps);
    expect(eventsOf(dir, 'hello').at(-1)).toMatchObject({ attempt: 2 });
    expect(eventsOf(dir, 'hello').at(-1)?.fromStep).toBeGreaterThan(0);
    expect((await runCliProcess(['stop', dir], workshop.dir)).code).toBe(0);
    await resumed.done;
    expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'stopped' });
  });

  it('tells what it cannot start in one line', async () => {
    const file = writeExperiment(workshop, 'nomodel', { model: 'no-such-model.yaml' });
    const { code } = await runCliProcess(['train', file, '--name', 'nomodel'], workshop.dir);
    expect(code).toBe(1);
    const [end] = eventsOf(workshop.runDir('nomodel'), 'end');
    expect(end.message).toMatch(/no-such-model/);
    const shown = await runCliProcess(['show', workshop.runDir('nomodel'), '--json'], workshop.dir);
    expect(JSON.parse(shown.out).note).toBe(end.message);
    expect(
      readFileSync(path.join(workshop.runDir('nomodel'), 'events.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });
});
