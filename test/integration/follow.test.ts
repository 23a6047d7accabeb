import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { type LiveRun, openRun } from '../../src/engine/runs/live-run';
import { readRunSync } from '../../src/run/folder/read';
import { linesOf, runCliProcess, spawnCli } from '../helpers/cli';
import { alive, until } from '../helpers/fake-run';
import { repositoryRoot } from '../helpers/shared';
import { writeTinyModel } from '../helpers/tiny-model';

// `pitwall follow` on folders that other processes fill slowly: the real CLI, keeper and adapter.
const writer = path.join(repositoryRoot, 'test/fixtures/processes/foreign-folder.mjs');
let home = '';
let folder = '';
let foreign: ChildProcess | undefined;
let live: LiveRun | undefined;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pitwall folgen ü '));
  folder = path.join(home, 'out put', 'train 2');
});
afterEach(() => {
  foreign?.kill('SIGKILL');
  live?.dispose();
  live = undefined;
  for (const dir of runDirs())
    for (const { pid } of processesOfRun(readRunSync(dir).id)) process.kill(pid, 'SIGKILL');
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

const runs = (): string => path.join(home, 'runs');
const runDirs = (): string[] =>
  existsSync(runs())
    ? readdirSync(runs())
        .filter((n) => !n.startsWith('.'))
        .map((n) => path.join(runs(), n))
    : [];

/** Starts the foreign training; `written` once it has nothing more to write. */
function startForeign(mode: string, argument = ''): { written: Promise<void> } {
  const child = spawn(process.execPath, [writer, mode, folder, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  foreign = child;
  return { written: new Promise((resolve) => child.stdout.once('data', () => resolve())) };
}

async function followDetached(...options: string[]): Promise<LiveRun> {
  const { code, err } = await runCliProcess(['follow', folder, '--detach', ...options], home);
  expect(err).toBe('');
  expect(code).toBe(0);
  live = await openRun(runDirs()[0]);
  return live;
}

const lossOf = ({ state: { steps } }: LiveRun): [number, number | undefined][] =>
  Array.from({ length: steps.step.length }, (_, i) => [steps.step.at(i), steps.loss.get('box')?.at(i)]);

async function writeDataset(dir: string): Promise<{ model: string; yaml: string }> {
  for (const name of ['images', 'labels']) mkdirSync(path.join(dir, name), { recursive: true });
  const grey = {
    create: { width: 64, height: 64, channels: 3 as const, background: { r: 230, g: 230, b: 230 } },
  };
  await sharp(grey).png().toFile(path.join(dir, 'images/a.png'));
  writeFileSync(path.join(dir, 'labels/a.txt'), '1 0.5 0.5 0.25 0.25\n');
  const yaml = path.join(dir, 'data.yaml');
  writeFileSync(yaml, 'train: images\nval: images\nnames: [scratch, dent]\n');
  const model = path.join(dir, 'tiny.onnx');
  writeTinyModel(model, { cx: 32, cy: 32, w: 16, h: 16, class: 1 });
  return { model, yaml };
}

/** Checkpoints in order, each once. On a slow machine the first weights are overwritten before they are copied. */
function expectTaken(events: readonly { type: string; epoch?: number }[], fromTheSecond: number[]): void {
  const taken = events.filter(({ type }) => type === 'checkpoint').map(({ epoch = 0 }) => epoch);
  expect(taken.filter((epoch) => epoch > 1)).toEqual(fromTheSecond);
  expect(taken).toHaveLength(new Set(taken).size);
}

const tree = (): string =>
  JSON.stringify(
    readdirSync(folder, { recursive: true })
      .sort()
      .map((name) => {
        const { size, mtimeMs } = statSync(path.join(folder, String(name)));
        return [name, size, mtimeMs];
      }),
  );

describe('pitwall follow', () => {
  it('waits for a folder that is not there, tells every epoch as it comes, takes whole checkpoints and ends with the run', async () => {
    startForeign('ultralytics');
    const { code, out, err } = await runCliProcess(['follow', folder, '--json'], home);
    expect(err).toBe('');
    expect(code).toBe(0);
    const events = linesOf(out).map((line) => JSON.parse(line));
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ step, epoch, loss }) => [step, epoch, loss.box])).toEqual([
      [0, 1, 4],
      [1, 2, 2],
      [2, 3, 1.3333333333333333],
    ]);
    expect(events.filter((event) => event.type === 'epoch').map(({ metrics }) => metrics.map)).toEqual([
      0.05, 0.1, 0.15,
    ]);
    expectTaken(events, [2, 3]);
    expect(readFileSync(path.join(runDirs()[0], 'checkpoints/epoch-0003/model.pt'), 'latin1')).toMatch(
      /^weights of epoch 3 /,
    );
    expect(events.filter((event) => event.type === 'skipped')[0].reason).toContain('only on request');
    expect(events.at(-1)).toMatchObject({ type: 'result', state: 'completed' });
    expect(alive(foreign?.pid)).toBe(true);
  });

  it('stops following on request, and leaves the training and its folder alone', async () => {
    startForeign('unfinished', path.join(home, 'go on'));
    const run = await followDetached();
    await until(run, ({ state }) => state.epochs.length === 2 && state.checkpoints.has(2));
    const before = tree();
    const name = path.basename(run.dir);
    expect((await runCliProcess(['list', '--json'], home)).out).toContain('"state":"running"');
    // Nothing of it is validated by Pitwall: its own best is listed, as its own.
    expect((await runCliProcess(['list'], home)).out).toMatch(/2\/10 +0\.100 \(its own\) +2/);
    const refused = await runCliProcess(['pause', name], home);
    expect([refused.code, linesOf(refused.err).length]).toEqual([1, 1]);
    const stopped = await runCliProcess(['stop', name], home);
    expect(stopped).toMatchObject({ code: 0, err: '' });
    expect(stopped.out).toContain('not touched');
    const shown = JSON.parse((await runCliProcess(['show', name, '--json'], home)).out);
    expect(shown).toMatchObject({ state: 'stopped', epoch: 2, epochs: 10, problems: [] });
    expect(alive(foreign?.pid)).toBe(true);
    expect(tree()).toBe(before);
    expect(processesOfRun(readRunSync(run.dir).id)).toEqual([]);
  });

  it('is never lost: keeper and reader killed, it says that no process follows, and watch resumes without reporting twice', async () => {
    const goOn = path.join(home, 'go on');
    startForeign('unfinished', goOn);
    const run = await followDetached();
    await until(run, ({ state }) => state.checkpoints.has(2));
    for (const { pid } of processesOfRun(readRunSync(run.dir).id)) process.kill(pid, 'SIGKILL');
    await until(run, ({ presence }) => !presence.keeperAlive && !presence.trainerAlive);
    expect(run.presence).toMatchObject({
      state: 'running',
      note: expect.stringContaining('no process follows it'),
    });
    const { child, done } = spawnCli(['watch', path.basename(run.dir)], home);
    await until(run, ({ presence, state }) => presence.trainerAlive && state.hello?.attempt === 2);
    writeFileSync(goOn, '');
    await until(run, ({ state }) => state.epochs.length === 3 && state.checkpoints.has(3));
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
    expect(lossOf(run)).toEqual([
      [0, 4],
      [1, 2],
      [2, 1.3333333333333333],
    ]);
    const told = linesOf(readFileSync(path.join(run.dir, 'events.jsonl'), 'utf8')).map((line) =>
      JSON.parse(line),
    );
    expect(told.filter(({ type }) => type === 'step')).toHaveLength(3);
    expectTaken(told, [2, 3]);
    expect(alive(foreign?.pid)).toBe(true);
  });

  it('replaces a reader that died alone', async () => {
    startForeign('unfinished', path.join(home, 'never'));
    const run = await followDetached();
    await until(run, ({ state }) => state.epochs.length === 2);
    const [reader] = processesOfRun(readRunSync(run.dir).id).filter(({ role }) => role === 'trainer');
    process.kill(reader.pid, 'SIGKILL');
    await until(run, ({ state }) => state.hello?.attempt === 2 && state.status?.state === 'running');
    expect(run.state.status?.trainer?.pid).not.toBe(reader.pid);
    expect(lossOf(run)).toHaveLength(2);
    expect(run.state.keeper).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining('ended by SIGKILL; another one continues'),
      }),
    );
  });

  it('begins anew if another run replaces the files of the folder', async () => {
    startForeign('twice');
    const run = await followDetached();
    await until(run, (r) => JSON.stringify(lossOf(r)) === '[[0,400]]');
    expect(run.state.hello?.attempt).toBe(2);
    expect(run.state.epochs.map(({ epoch, loss }) => [epoch, loss.box])).toEqual([[1, 400]]);
  });

  it('reads JSON lines, validates an ONNX checkpoint of the folder and takes none from outside', async () => {
    mkdirSync(folder, { recursive: true });
    const data = await writeDataset(path.join(home, 'data'));
    startForeign('lines', data.model);
    const { code, out } = await runCliProcess(['follow', folder, '--json', '--data', data.yaml], home);
    expect(code).toBe(0);
    const events = linesOf(out).map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === 'step').map(({ step, loss }) => [step, loss.total])).toEqual([
      [0, 3],
      [1, 2],
      [2, 1],
    ]);
    expect(events.filter(({ type }) => type === 'validation')).toMatchObject([
      { epoch: 1, map50: expect.closeTo(0.995, 3) },
    ]);
    expect(events.filter(({ type }) => type === 'log')[0].message).toContain('is outside');
    expect(events.at(-1)).toMatchObject({
      type: 'result',
      state: 'completed',
      reason: 'the trainer said that it is done',
    });
  });

  it('reads a TensorBoard file that grows by a few bytes, and follows one folder once', async () => {
    mkdirSync(folder, { recursive: true });
    const { written } = startForeign(
      'events',
      path.join(repositoryRoot, 'test/fixtures/foreign/events.tfevents'),
    );
    const run = await followDetached();
    await written;
    const told = (): [number, number | undefined][] => lossOf(run).filter(([, box]) => !Number.isNaN(box));
    await until(run, () => told().length === 5);
    expect(told()).toEqual([0, 1, 2, 3, 4].map((step) => [step, 2.5 - 0.25 * step]));
    const again = await runCliProcess(['follow', folder, '--detach'], home);
    expect(again.err).toContain('is followed already');
    expect(runDirs()).toHaveLength(1);
  });

  it.each([
    ['libreyolo', 'completed', /3\/3 +0\.200 \(its own\) +3/, 3],
    ['rfdetr', 'running', /3 +0\.300 \(its own\) +2/, 2],
  ])(
    'knows the folder of %s: its own metrics in list, show and table',
    async (program, ends, listed, best) => {
      cpSync(path.join(repositoryRoot, 'test/fixtures/foreign/recorded', program), folder, {
        recursive: true,
      });
      const run = await followDetached();
      await until(run, ({ presence, state }) => presence.state === ends && state.epochs.length === 3);
      await until(run, ({ state }) => state.status?.progress?.best?.epoch === best);
      expect((await runCliProcess(['list'], home)).out).toMatch(listed);
      const shown = JSON.parse((await runCliProcess(['show', path.basename(run.dir), '--json'], home)).out);
      expect(shown).toMatchObject({ state: ends, epoch: 3, problems: [] });
      expect((await runCliProcess(['list', '--where', 'map > .15'], home)).out).toContain(
        path.basename(run.dir),
      );
    },
  );

  it('refuses in one line what cannot be followed', async () => {
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, 'a.csv');
    writeFileSync(file, '');
    cpSync(file, path.join(folder, 'run.json'));
    for (const [argv, says] of [
      [['follow', file], 'is a file; follow its folder'],
      [['follow', folder], 'is a run of Pitwall'],
      [['follow', '.'], 'is only read, but'],
      [['follow', 'x', '--reads', 'regex'], 'needs --path'],
      [['follow', 'x', '--metric', 'loss'], 'expected NAME=PATTERN'],
      [['follow', 'x', '--data', 'no.yaml'], 'no.yaml: no such file'],
    ] as const) {
      const { code, err, out } = await runCliProcess(argv, home);
      expect([code, out, linesOf(err).length]).toEqual([2, '', 1]);
      expect(err).toContain(says);
    }
  });
});
