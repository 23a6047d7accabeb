import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandSettings } from '../../src/domain/experiment/types';
import { type TrainerEvent, zTrainerEvent } from '../../src/run/events';
import { FileTail } from '../../src/run/folder/file-tail';
import { repositoryRoot } from '../helpers/shared';
import { until } from '../helpers/until';
import { wholeExperiment } from '../helpers/whole-experiment';

// trainer: command as a whole process: dist/command.js beside a program that is not ours.
const program = path.join(repositoryRoot, 'test/fixtures/processes/foreign-program.mjs');
let runDir = '';

function makeRun(mode: string, settings: Partial<CommandSettings>): void {
  runDir = mkdtempSync(path.join(tmpdir(), 'pitwall-command-'));
  const command = {
    run: [process.execPath, program, mode, '{run_dir}'],
    env: {},
    reads: 'jsonl',
    metrics: {},
    ...settings,
  };
  const run = {
    format: 1,
    id: 'test',
    name: 'test',
    created: 0,
    experiment: {
      file: 'x.train.yaml',
      text: '',
      resolved: wholeExperiment({ trainer: 'command', epochs: 3, command: command as CommandSettings }),
    },
    cwd: runDir,
    machine: { host: '', platform: '', cpus: 1, memoryBytes: 1, node: '' },
    pitwall: '0',
  };
  writeFileSync(path.join(runDir, 'run.json'), JSON.stringify(run));
}

function start(): Promise<number | null> {
  const child = spawn(
    process.execPath,
    [path.join(repositoryRoot, 'dist/command.js'), runDir, '--attempt', '1'],
    { stdio: 'ignore' },
  );
  return new Promise((resolve) => child.once('exit', resolve));
}

/** The events so far, each checked against the protocol, without their times; a line that is being written waits for its end. */
function events(): Partial<TrainerEvent>[] {
  const { lines } = new FileTail(path.join(runDir, 'events.jsonl')).readSync();
  return lines.map((line) => {
    const { t, ...event } = zTrainerEvent.parse(JSON.parse(line));
    expect(t).toBeGreaterThan(0);
    return event as Partial<TrainerEvent>;
  });
}

const ofType = (type: TrainerEvent['type']): Partial<TrainerEvent>[] =>
  events().filter((event) => event.type === type);

afterEach(() => rmSync(runDir, { recursive: true, force: true }));

describe('trainer: command', () => {
  it('streams the JSON lines of the helper, copies its checkpoint and keeps NaN', async () => {
    makeRun('jsonl', {});
    expect(await start()).toBe(0);
    expect(ofType('plan')).toMatchObject([{ epochs: 2, stepsPerEpoch: 2, totalSteps: 4 }]);
    expect(ofType('hello').at(-1)).toMatchObject({
      groups: ['weights'],
      knobs: ['stop', 'stop_after_epoch'],
    });
    const steps = ofType('step') as {
      step: number;
      epoch: number;
      loss: Record<string, number>;
      lr: number[];
    }[];
    expect(steps.map((s) => [s.step, s.epoch, s.loss.total, s.lr[0]])).toEqual([
      [0, 1, 1.5, 0.01],
      [1, 1, 1.5, 0.01],
      [2, 2, 1.5, 0.01],
      [3, 2, Number.NaN, 0.01],
    ]);
    expect(ofType('epoch')).toMatchObject([{ epoch: 2, metrics: { map: 0.25 } }]);
    expect(ofType('checkpoint')).toEqual([
      { type: 'checkpoint', path: 'checkpoints/epoch-0002', epoch: 2, step: 3, bytes: 11 },
    ]);
    expect(readFileSync(path.join(runDir, 'checkpoints/epoch-0002/model.onnx'), 'utf8')).toBe('not a model');
    expect(ofType('log')).toMatchObject([{ level: 'warning', message: 'not a line of ours: noise' }]);
    expect(events().at(-1)).toMatchObject({ type: 'end', reason: 'completed', step: 3 });
  });

  it('passes on what the runner within a script tells, leaves it the requests that it answers, and says why it failed', async () => {
    makeRun('runner', {});
    const ended = start();
    await until(() => ofType('step').length > 0);
    const folder = path.join(runDir, 'control/trainer');
    const request = { type: 'lr', mode: 'hold', value: 0.1 };
    writeFileSync(path.join(folder, 'lr.json'), JSON.stringify({ id: 'lr', t: 1, from: 'test', request }));
    expect(await ended).toBe(1);
    expect(ofType('hello').at(-1)).toMatchObject({
      trainer: 'ultralytics',
      groups: ['weights', 'bias'],
      knobs: ['stop', 'stop_after_epoch', 'lr'],
    });
    expect(ofType('plan')).toMatchObject([{ epochs: 1, task: 'pose', dataset: { imgsz: 64 } }]);
    expect(ofType('step')).toMatchObject([{ loss: { total: 1 } }, { step: 1, lr: [0.1, 0.2] }]);
    expect(ofType('control')).toMatchObject([{ id: 'lr', ok: true, message: 'done' }]);
    expect(events().at(-1)).toMatchObject({
      reason: 'failed',
      message: 'RuntimeError: no memory: the program ended with exit code 3; see trainer/output.log',
    });
  });

  it('reads the columns of a CSV that command.metrics names', async () => {
    const metrics = { epoch: 'Epoch', loss: 'train_loss', map: 'AP', lr: 'learning_rate' };
    makeRun('table', { reads: 'csv', path: 'trainer/log.csv', metrics });
    expect(await start()).toBe(0);
    expect(ofType('epoch')).toMatchObject([
      { epoch: 1, loss: { total: 2.5 }, metrics: { map: 0.1 } },
      { epoch: 2, loss: { total: 1.5 }, metrics: { map: 0.2 } },
    ]);
    expect((ofType('step') as { lr: number[] }[]).map((step) => step.lr)).toEqual([[0.01], [0.02]]);
  });

  it('that told nothing has failed, and says what was expected where and what was found', async () => {
    const check = async (settings: Partial<CommandSettings>, told: RegExp) => {
      makeRun('table', settings);
      expect(await start()).toBe(1);
      const end = ofType('end')[0] as { reason: string; message: string };
      expect(end.reason).toBe('failed');
      expect(end.message).toMatch(/^the program ended with exit code 0 and reported nothing: /);
      expect(end.message).toMatch(told);
      rmSync(runDir, { recursive: true });
    };
    const path = 'trainer/log.csv';
    await check(
      { reads: 'csv', path },
      /has the columns Epoch, train_loss, AP, learning_rate; expected epoch, .*Epoch for epoch/,
    );
    const metrics = { epoch: 'Epochs', loss: 'loss' };
    await check({ reads: 'csv', path, metrics }, /epoch: Epochs \(did you mean Epoch\?\); loss: loss/);
    await check(
      { reads: 'csv', path, metrics: { epoch: 'train_loss', loss: 'AP' } },
      /log\.csv: line 2: epoch is 2\.5, expected a whole number from 0/,
    );
    await check(
      { reads: 'csv', path: 'trainer/logs.csv' },
      /logs\.csv was expected and does not exist; beside it: log\.csv/,
    );
    await check({ reads: 'jsonl' }, /metrics\.jsonl was expected to get JSON lines/);
    await check({ reads: 'regex', metrics: { loss: 'loss=(\\S+)' } }, /the program wrote no line/);
    await check({ reads: 'tensorboard', path: 'trainer' }, /no TensorBoard file/);
  });

  it('reads a growing results.csv; a repeated epoch is a new attempt, a torn row is none', async () => {
    makeRun('csv', { reads: 'csv' });
    expect(await start()).toBe(0);
    const steps = ofType('step') as { step: number; loss: Record<string, number> }[];
    expect(steps.map((s) => [s.step, s.loss.box])).toEqual([
      [0, 2.5],
      [1, 1.5],
      [1, 1.25],
    ]);
    expect(ofType('hello').at(-1)).toMatchObject({ attempt: 2, fromStep: 1, groups: ['pg0'] });
    expect(ofType('epoch').at(-1)).toMatchObject({ epoch: 2, metrics: { map: 0.3 } });
  });

  it('picks numbers out of the output by expressions', async () => {
    makeRun('regex', {
      reads: 'regex',
      metrics: { loss: 'loss=(\\S+)', lr: 'lr=(\\S+)', epoch: 'epoch (\\d+)' },
    });
    expect(await start()).toBe(0);
    const steps = ofType('step') as {
      step: number;
      epoch: number;
      loss: Record<string, number>;
      lr: number[];
    }[];
    expect(steps.map((s) => [s.step, s.epoch, s.loss.total, s.lr[0]])).toEqual([
      [0, 1, 2.5, 0.01],
      [1, 2, Number.NaN, 0.02],
    ]);
  });

  it('says how a program failed, and where its output is', async () => {
    makeRun('fails', {});
    expect(await start()).toBe(1);
    expect(events().at(-1)).toMatchObject({
      reason: 'failed',
      message: 'the program ended with exit code 7; see trainer/output.log',
    });
    expect(readFileSync(path.join(runDir, 'trainer/output.log'), 'utf8')).toBe('out of memory\n');
  });

  it('a program that is started again is not judged by what the runner said of the attempt before', async () => {
    makeRun('fails', {});
    mkdirSync(path.join(runDir, 'trainer'));
    const requested = { type: 'stop_after_epoch' };
    const before = [
      { type: 'control', t: 1, id: 'a', ok: true, requested, step: 1, message: '' },
      { type: 'end', t: 1, reason: 'failed', step: 1, message: 'of before' },
    ].map((event) => `${JSON.stringify(event)}\n`);
    writeFileSync(path.join(runDir, 'trainer/runner.jsonl'), before.join(''));
    expect(await start()).toBe(1);
    const message = 'the program ended with exit code 7; see trainer/output.log';
    expect(events().at(-1)).toMatchObject({ reason: 'failed', message });
  });

  it('fails in one line if the program cannot be started', async () => {
    makeRun('jsonl', { run: ['no-such-program-here'] });
    expect(await start()).toBe(1);
    expect(events().at(-1)).toMatchObject({
      type: 'end',
      reason: 'failed',
      message: expect.stringContaining('cannot start no-such-program-here'),
    });
  });

  it('stops when asked, and answers the request', async () => {
    makeRun('waits', {});
    const ended = start();
    await until(() => ofType('step').length > 0);
    const folder = path.join(runDir, 'control/trainer');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, 'a.json'),
      JSON.stringify({ id: 'a', t: 1, from: 'test', request: { type: 'stop_after_epoch' } }),
    );
    expect(await ended).toBe(0);
    expect(ofType('control')).toMatchObject([{ id: 'a', ok: true }]);
    expect(events().at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
  });
});
