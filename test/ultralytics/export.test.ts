// cspell:ignore größe
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOf, runCliProcess } from '../helpers/cli';
import { wholeExperiment } from '../helpers/whole-experiment';
import { python, until } from './helpers';

// `pitwall export` against the real TensorBoard: its Python reader and its server with the strict one in Rust.
let home = '';
let server: ChildProcess | undefined;
const out = (): string => path.join(home, 'out');
const loss = (step: number): number | string => (step === 3 ? 'NaN' : 1 / (step + 1));

function writeRun(): void {
  const dir = path.join(home, 'runs', 'für alle');
  mkdirSync(dir, { recursive: true });
  const machine = { host: 'h', platform: 'linux-x64', cpus: 1, memoryBytes: 1, node: '20' };
  const experiment = {
    file: 'x.train.yaml',
    text: '',
    resolved: wholeExperiment({ trainer: 'command', epochs: 2 }),
  };
  const run = {
    format: 1,
    id: 'x',
    name: 'x',
    created: 1.7e12,
    experiment,
    cwd: home,
    machine,
    pitwall: '0',
  };
  writeFileSync(path.join(dir, 'run.json'), JSON.stringify(run));
  const at = (step: number): number => 1.7e12 + 250 * step;
  const events = [
    {
      type: 'hello',
      t: at(0),
      trainer: 'command',
      pid: 1,
      attempt: 1,
      fromStep: 0,
      groups: ['weights', 'bias'],
      knobs: [],
    },
    ...Array.from({ length: 6 }, (_, step) => ({
      ...{ type: 'step', t: at(step), step, epoch: 1 + Math.floor(step / 3) },
      ...{ lr: [0.01, 0.1 / (step + 1)], loss: { total: loss(step), größe: 2 } },
    })),
    { type: 'epoch', t: at(5), epoch: 2, step: 5, seconds: 3, loss: {}, metrics: { map: 0.25, map50: 0.5 } },
    { type: 'end', t: at(6), reason: 'completed', step: 5 },
  ];
  writeFileSync(path.join(dir, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'pitwall-export-'));
  writeRun();
  const exported = await runCliProcess(
    ['export', 'für alle', '--tensorboard', '--csv', '--out', 'out'],
    home,
  );
  expect(exported).toMatchObject({ code: 0, err: '' });
  expect(linesOf(exported.out)).toHaveLength(3);
});
afterAll(() => {
  server?.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

describe('pitwall export', () => {
  it("is read by TensorBoard's own loader, value by value", () => {
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}); a.Reload()
print(json.dumps({tag: [[e.step, e.wall_time, str(e.value)] for e in a.Scalars(tag)] for tag in a.Tags()["scalars"]}))`;
    const read = JSON.parse(
      execFileSync(python, ['-c', script, out()], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect(Object.keys(read).sort()).toEqual([
      'loss/größe',
      'loss/total',
      'lr/bias',
      'lr/weights',
      'trainer/map',
      'trainer/map50',
    ]);
    const total = read['loss/total'] as [number, number, string][];
    expect(total.map(([step, time]) => [step, time])).toEqual(
      [0, 1, 2, 3, 4, 5].map((s) => [s, 1.7e9 + 0.25 * s]),
    );
    expect(total.map(([, , value]) => Number.parseFloat(value))).toEqual(
      [0, 1, 2, 3, 4, 5].map((step) => (step === 3 ? Number.NaN : expect.closeTo(1 / (step + 1), 6))),
    );
    expect(read['trainer/map']).toEqual([[5, 1.7e9 + 1.25, '0.25']]);
  });

  it('is opened by the TensorBoard server', async () => {
    const options = ['--logdir', out(), '--port', '0', '--load_fast', 'true', '--reload_interval', '1'];
    const child = spawn(python, ['-m', 'tensorboard.main', ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let said = '';
    const address = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(said)));
      child.stderr.on('data', (text) => {
        said += text;
        const found = /http:\/\/\S+:\d+/.exec(said)?.[0];
        if (found) resolve(found);
      });
    });
    const tags = async (): Promise<string[]> => {
      const answer = await fetch(`${address}/data/plugin/scalars/tags`);
      return Object.values((await answer.json()) as Record<string, object>).flatMap((run) =>
        Object.keys(run),
      );
    };
    let found: string[] = [];
    await until('TensorBoard has read the run', async () => {
      found = await tags();
      return found.includes('loss/total');
    });
    expect(found.sort()).toEqual([
      'loss/größe',
      'loss/total',
      'lr/bias',
      'lr/weights',
      'trainer/map',
      'trainer/map50',
    ]);
  });

  it('is CSV that any reader takes, with the column names of Ultralytics', () => {
    const steps = readFileSync(path.join(out(), 'steps.csv'), 'utf8').trimEnd().split('\n');
    expect(steps[0]).toBe(
      'step,epoch,time,loss/total,loss/größe,lr/weights,lr/bias,speed/images_per_second,gradient/norm',
    );
    expect(steps[4]).toBe('3,2,0.75,nan,2,0.01,0.025,nan,nan');
    const epochs = readFileSync(path.join(out(), 'epochs.csv'), 'utf8').trimEnd().split('\n');
    expect(epochs[1]).toBe('2,nan,nan,0.5,0.25,3');
  });
});
