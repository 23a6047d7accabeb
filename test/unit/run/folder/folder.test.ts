import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listTrash, purgeRun, restoreRun, trashRun } from '../../../../src/engine/control/trash';
import { ownIdentity } from '../../../../src/engine/process/identity';
import { listRuns } from '../../../../src/engine/runs/list-runs';
import { createRun, nextRunName, runNameProblem, runNameStem } from '../../../../src/run/folder/create';
import { resolveDataPath } from '../../../../src/run/folder/paths';
import { readRun } from '../../../../src/run/folder/read';
import { readMeta, updateMeta } from '../../../../src/run/folder/whole-file';
import { wholeExperiment } from '../../../helpers/whole-experiment';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-store-'));
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

const create = (name?: string, runsDir = path.join(folder, 'runs')) =>
  createRun({
    experimentFile: path.join(folder, 'pcb.train.yaml'),
    text: 'model: nano\n',
    experiment: wholeExperiment(),
    runsDir,
    pitwallVersion: '0.1.0',
    ...(name === undefined ? {} : { name }),
  });

test('run names: plain on every system', () => {
  const check = (name: string, good: boolean): void =>
    expect(runNameProblem(name) === undefined, name).toBe(good);
  for (const name of ['a', 'pcb-nano-3', 'A.b_c', 'x'.repeat(64), 'console', 'com']) check(name, true);
  for (const name of [
    '',
    '.hidden',
    'a/b',
    '..',
    'a b',
    'con',
    'NUL.txt',
    'COM1',
    'lpt9.log',
    'x'.repeat(65),
    'ü',
  ])
    check(name, false);
});

test('automatic names: experiment and model, then the next number', () => {
  expect(runNameStem('/x/pcb.train.yaml', 'nano')).toBe('pcb-nano');
  expect(runNameStem('/x/my data!.yml', '/weights/yolov8n.pt')).toBe('my-data-yolov8n');
  expect(runNameStem('/x/数据.train.yaml', '模型.pt')).toBe('run');
  expect(nextRunName('pcb-nano', [])).toBe('pcb-nano-1');
  expect(nextRunName('pcb-nano', ['pcb-nano-1', 'pcb-nano-10', 'pcb-nano-x', 'other-99'])).toBe(
    'pcb-nano-11',
  );
  expect(
    runNameProblem(nextRunName(runNameStem(`/x/${'a'.repeat(90)}.yaml`, 'b'.repeat(90)), [])),
  ).toBeUndefined();
});

test('a new run has a folder of its own, ignored by git, and run.json as it was asked for', async () => {
  const [first, second] = await Promise.all([create(), create()]);
  expect([first.name, second.name].sort()).toEqual(['pcb-nano-1', 'pcb-nano-2']);
  expect(readFileSync(path.join(folder, 'runs/.gitignore'), 'utf8')).toBe('*\n');
  const run = await readRun(first.dir);
  expect(run).toMatchObject({
    format: 1,
    id: first.id,
    name: first.name,
    cwd: folder,
    experiment: { text: 'model: nano\n' },
  });
  expect(run.machine).toMatchObject({ host: os.hostname(), cpus: os.cpus().length });
  await expect(create('pcb-nano-1')).rejects.toThrow(/exists already/);
  await expect(create('a/b')).rejects.toThrow(/run name "a\/b"/);
});

test('a runs folder that cannot be written is one clear line', async () => {
  writeFileSync(path.join(folder, 'runs'), 'a file is in the way');
  await expect(create()).rejects.toThrow(/^cannot make the folder .*runs: [^\n]+$/);
});

test('formats: this one and the one before are read, others are one clear line', async () => {
  const { dir } = await create();
  const file = path.join(dir, 'run.json');
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const write = (change: object): void => writeFileSync(file, JSON.stringify({ ...run, ...change }));
  write({ format: 0, fromTheFuture: 1 });
  expect((await readRun(dir)).format).toBe(0);
  write({ format: 2 });
  await expect(readRun(dir)).rejects.toThrow(/format 2; this version reads 0 and 1/);
  writeFileSync(file, 'torn{');
  await expect(readRun(dir)).rejects.toThrow(/run\.json: /);
  await expect(readRun(folder)).rejects.toThrow(/is not a run folder/);
  const { runs, problems } = await listRuns(path.join(folder, 'runs'));
  expect([runs.length, problems.length]).toEqual([0, 1]);
});

test('all of run.json is checked, and what does not fit is named', async () => {
  const { dir } = await create();
  const file = path.join(dir, 'run.json');
  const whole = readFileSync(file, 'utf8');
  const check = async (change: (run: { [key: string]: unknown }) => void, message: RegExp): Promise<void> => {
    const run = JSON.parse(whole);
    change(run);
    writeFileSync(file, JSON.stringify(run));
    await expect(readRun(dir)).rejects.toThrow(message);
  };
  const resolved = (run: { [key: string]: unknown }) =>
    (run.experiment as { resolved: { [key: string]: unknown } }).resolved;
  await check((run) => delete resolved(run).schedule, /run\.json: experiment\.resolved\.schedule: /);
  await check((run) => {
    resolved(run).epochs = '30';
  }, /run\.json: experiment\.resolved\.epochs: .*expected number/);
  await check((run) => {
    resolved(run).validation = { ...wholeExperiment().validation, half: 'maybe' };
  }, /run\.json: experiment\.resolved\.validation\.half: /);
  await check((run) => {
    run.name = '../elsewhere';
  }, /run\.json: name: is not a name of a run/);
  await check((run) => {
    run.machine = 'mine';
  }, /run\.json: machine: /);
});

test('keys of a later version stay as they are', async () => {
  const { dir } = await create();
  const file = path.join(dir, 'run.json');
  const run = JSON.parse(readFileSync(file, 'utf8'));
  run.experiment.resolved.early_stop.later = 1;
  writeFileSync(file, JSON.stringify(run));
  expect((await readRun(dir)).experiment.resolved.early_stop).toMatchObject({ later: 1 });
});

test('the dataset is looked for beside the experiment, then in the working folder', () => {
  const beside = path.join(folder, 'configs');
  mkdirSync(beside);
  writeFileSync(path.join(folder, 'cwd.yaml'), '');
  writeFileSync(path.join(beside, 'data.yaml'), '');
  const file = path.join(beside, 'a.train.yaml');
  expect(resolveDataPath('data.yaml', file, folder)).toBe(path.join(beside, 'data.yaml'));
  expect(resolveDataPath('cwd.yaml', file, folder)).toBe(path.join(folder, 'cwd.yaml'));
  expect(resolveDataPath('none.yaml', file, folder)).toBe(path.join(beside, 'none.yaml'));
  expect(resolveDataPath('/abs/data.yaml', file, folder)).toBe('/abs/data.yaml');
});

test('meta keeps what is not named, and a torn one counts as none', async () => {
  const { dir } = await create();
  await updateMeta(dir, { title: 'warm-up 5', pinned: true });
  expect(await updateMeta(dir, { notes: 'good' })).toEqual({
    title: 'warm-up 5',
    pinned: true,
    notes: 'good',
  });
  writeFileSync(path.join(dir, 'meta.json'), '{"title":');
  expect(await readMeta(dir)).toEqual({});
});

test('a deleted run is in the trash, comes back, or is deleted for good; a living one stays', async () => {
  const runsDir = path.join(folder, 'runs');
  const { dir } = await create('mine');
  const trashed = await trashRun(dir);
  expect(existsSync(dir)).toBe(false);
  expect((await listRuns(runsDir)).runs).toEqual([]);
  expect(await listTrash(runsDir)).toEqual([trashed]);
  expect(await restoreRun(trashed)).toBe(dir);
  expect((await listRuns(runsDir)).runs.map((r) => r.name)).toEqual(['mine']);
  await purgeRun(await trashRun(dir));
  expect(await listTrash(runsDir)).toEqual([]);
  const { dir: living } = await create('living');
  writeFileSync(path.join(living, 'keeper.1.lock'), JSON.stringify(ownIdentity()));
  await expect(trashRun(living)).rejects.toThrow(/still at work/);
  await expect(purgeRun({ dir: living, name: 'living', deleted: 0 })).rejects.toThrow(/is not a deleted run/);
});
