import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochsCsv } from '../../../../src/protocol/export-run';
import { bestOwn, ownMetricsOf } from '../../../../src/run/own-metrics';
import { createRunState, reduceRun } from '../../../../src/run/reduce';
import type { RunState } from '../../../../src/run/state';
import { folderSource } from '../../../../src/trainers/command/follow/folder-source';
import { ForeignRun } from '../../../../src/trainers/command/foreign-events';
import type { Source, SourceRecord } from '../../../../src/trainers/command/sources/source';
import { repositoryRoot } from '../../../helpers/shared';

// What other programs' own loggers wrote (test/fixtures/foreign/README.md), in a folder that is followed by its content alone.
const recorded = path.join(repositoryRoot, 'test/fixtures/foreign/recorded');

type Program = {
  /** Relative to the folder. */
  readonly file: string;
  readonly epochs: number;
  readonly steps: readonly (readonly [step: number, epoch: number, total: number])[];
  readonly lr: Readonly<Record<string, readonly number[]>>;
  readonly metrics: readonly Readonly<Record<string, number>>[];
  readonly best: { readonly epoch: number; readonly map: number };
};

const near = (value: number): number => expect.closeTo(value, 6);
const nan = Number.NaN;
/** What the recording gave: losses fall by a quarter a step. */
const every2 = [
  [1, 1, 3.75],
  [3, 1, 3.25],
  [5, 2, 2.75],
  [7, 2, 2.25],
  [9, 3, 1.75],
  [11, 3, 1.25],
] as const;

const PROGRAMS: Readonly<Record<string, Program>> = {
  lightning: {
    file: 'lightning_logs/version_0/metrics.csv',
    epochs: 0,
    steps: [
      [0, 1, nan],
      every2[0],
      every2[1],
      [4, 2, nan],
      every2[2],
      every2[3],
      [8, 3, nan],
      every2[4],
      every2[5],
    ],
    lr: { SGD: [0.5, nan, nan, 0.25, nan, nan, 0.125, nan, nan] },
    metrics: [{}, { map: near(0.3), map50: near(0.4) }, { map: near(0.2), map50: near(0.3) }],
    best: { epoch: 2, map: near(0.3) },
  },
  rfdetr: {
    file: 'metrics.csv',
    epochs: 0,
    steps: [
      [1, 1, nan],
      [3, 1, 3.625],
      [5, 2, nan],
      [7, 2, 2.625],
      [9, 3, nan],
      [11, 3, 1.625],
    ],
    lr: { lr: [2, 4, 6, 8, 10, 12].map((n) => near(n * 1e-4)) },
    metrics: [0.1, 0.3, 0.2].map((map) => ({
      map: near(map),
      map50: near(map + 0.2),
      map75: near(map - 0.05),
      ema_map: near(map / 2),
      ema_map50: near(map),
      map_m: near(0.9),
      mAR: 0.5,
      F1: near(0.4),
      precision: near(0.6),
      recall: near(0.7),
    })),
    best: { epoch: 2, map: near(0.3) },
  },
  detr: {
    file: 'log.txt',
    epochs: 0,
    steps: [
      [0, 1, 8],
      [1, 2, 7],
      [2, 3, 6],
    ],
    lr: { lr: [1e-4, 1e-4, 1e-4] },
    metrics: [0.1, 0.3, 0.2].map((map) => ({
      ...{ map, map50: near(map + 0.2), map75: near(map - 0.05), mAR: 0.6, ema_map: near(map / 2) },
      ...{ ema_map50: near(map / 2 + 0.2), ema_map75: near(map / 2 - 0.05), ema_mAR: 0.6 },
      ...{ val_total: 7, val_ce: 1 },
    })),
    best: { epoch: 2, map: 0.3 },
  },
  mmdetection: {
    file: '20260101_120000/vis_data/scalars.json',
    epochs: 3,
    steps: [
      [1, 1, 3.875],
      [3, 1, 3.625],
      [5, 2, 3.375],
      [7, 2, 3.125],
      [9, 3, 2.875],
      [11, 3, 2.375],
    ],
    lr: { lr: [0.02, 0.02, 0.02, 0.02, 0.02, 0.02] },
    // The evaluation has no small objects, and says -1.
    metrics: [0.1, 0.3, 0.2].map((map) => ({
      ...{ map, map50: near(map + 0.2), map75: near(map - 0.05), bbox_mAP_m: map },
    })),
    best: { epoch: 2, map: 0.3 },
  },
  libreyolo: {
    file: 'metrics.jsonl',
    epochs: 3,
    steps: [
      [0, 1, 5],
      [1, 2, 4],
      [2, 3, 3],
    ],
    lr: { pg0: [0.01, 0.005, near(0.01 / 3)] },
    // The second epoch was not validated.
    metrics: [
      { map: 0.1, map50: near(0.3), best_conf_f1: 0.5 },
      {},
      { map: 0.2, map50: 0.4, best_conf_f1: 0.5 },
    ],
    best: { epoch: 3, map: 0.2 },
  },
  wandb: {
    file: 'wandb/offline-run-20260101_120000-abcd1234/run-abcd1234.wandb',
    epochs: 0,
    steps: Array.from({ length: 12 }, (_, i) => [i, 1 + Math.floor(i / 4), 4 - 0.25 * i] as const),
    lr: { lr: Array.from({ length: 12 }, () => 0.01) },
    metrics: [0.1, 0.3, 0.2].map((map) => ({ map, map50: nan })),
    best: { epoch: 2, map: 0.3 },
  },
};

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-programs-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const follow = (reads: 'auto' | 'jsonl' = 'auto'): Source =>
  folderSource({ folder: dir, reads, metrics: {} });

async function drain(source: Source): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for (let quiet = 0; quiet < 3; ) {
    const read = await source.poll();
    records.push(...read);
    quiet = read.length === 0 ? quiet + 1 : 0;
  }
  return records;
}

/** What a host shows after these records. */
function stateAfter(records: readonly SourceRecord[]): RunState {
  const run = new ForeignRun({ trainer: 'command', pid: 1, attempt: 1, epochs: 0, accepts: [] });
  const events = [run.start(1), ...records.flatMap((record) => run.events(record, 1))];
  return events.reduce((state, value) => reduceRun(state, { source: 'events', value }), createRunState());
}

const column = (values: { view(): ArrayLike<number> } | undefined): number[] =>
  Array.from(values?.view() ?? []);

function shown({ steps, epochs, hello }: RunState) {
  const total = column(steps.loss.get('total'));
  const epoch = column(steps.epoch);
  return {
    attempt: hello?.attempt,
    steps: column(steps.step).map((step, i) => [step, epoch[i], total[i]]),
    lr: Object.fromEntries([...steps.lr].map(([name, values]) => [name, column(values)])),
    epochs: epochs.map(({ epoch: n, metrics }) => [n, metrics ?? {}]),
  };
}

const problemsOf = (records: readonly SourceRecord[]): unknown[] =>
  records.filter(({ kind }) => kind === 'problem');

describe.each(Object.entries(PROGRAMS))('a folder of %s', (name, program) => {
  const bytes = readFileSync(path.join(recorded, name, program.file));
  const begin = (length: number): void => {
    cpSync(path.join(recorded, name), dir, { recursive: true });
    writeFileSync(path.join(dir, program.file), bytes.subarray(0, length));
  };

  it('is known by its content, with its own metrics, epochs from 1, learning rates and the best', async () => {
    begin(bytes.length);
    const records = await drain(follow());
    const state = stateAfter(records);
    expect(problemsOf(records)).toEqual([]);
    const found = shown(state);
    expect(found.attempt).toBe(1);
    expect(found.steps).toEqual(program.steps);
    expect(found.lr).toMatchObject(program.lr);
    expect(found.epochs).toEqual(program.metrics.map((metrics, i) => [i + 1, metrics]));
    expect(bestOwn(ownMetricsOf(state))).toMatchObject(program.best);
    expect(state.plan?.epochs ?? 0).toBe(program.epochs);
  });

  it('read while it is written, torn anywhere, shows the same run in the same attempt', async () => {
    begin(bytes.length);
    const expected = shown(stateAfter(await drain(follow())));
    for (let cut = 0; cut < bytes.length; cut += 1 + Math.floor(bytes.length / 40)) {
      begin(cut);
      const source = follow();
      const before = await drain(source);
      appendFileSync(path.join(dir, program.file), bytes.subarray(cut));
      const records = [...before, ...(await drain(source))];
      expect(problemsOf(records)).toEqual([]);
      expect(shown(stateAfter(records))).toEqual(expected);
    }
  });

  it('replaced by another run, is that run', async () => {
    begin(bytes.length);
    const source = follow();
    const first = await drain(source);
    const [head] = first.filter(({ kind }) => kind === 'step');
    rmSync(path.join(dir, program.file));
    await drain(source);
    begin(bytes.length);
    expect(head).toMatchObject({ kind: 'step' });
    expect(shown(stateAfter([...first, ...(await drain(source))])).steps).toEqual(program.steps);
  });
});

describe('PyTorch Lightning', () => {
  const write = (text: string): void => writeFileSync(path.join(dir, 'metrics.csv'), text);

  it('a column that comes later makes the file another one, and the run goes on', async () => {
    write('epoch,step,train_loss\n0,0,4\n0,1,3\n');
    const source = follow();
    const records = await drain(source);
    write('epoch,step,train_loss,val_loss,val_map\n0,0,4,,\n0,1,3,,\n0,1,,2.5,0.25\n1,2,nan,,\n');
    records.push(...(await drain(source)));
    const state = stateAfter(records);
    expect(shown(state)).toMatchObject({
      attempt: 1,
      steps: [
        [0, 1, 4],
        [1, 1, 3],
        [2, 2, nan],
      ],
      epochs: [[1, { map: 0.25 }]],
    });
    expect(column(state.steps.loss.get('val_total'))).toEqual([nan, 2.5, nan]);
  });

  it('other numbers in its place are another run', async () => {
    write('epoch,step,train_loss\n0,0,4\n0,1,3\n0,2,2\n');
    const source = follow();
    const records = await drain(source);
    write('epoch,step,train_loss\n0,0,40\n');
    records.push(...(await drain(source)));
    expect(shown(stateAfter(records)).steps).toEqual([[0, 1, 40]]);
  });

  it('of several starts the newest is read: version_10 comes after version_9', async () => {
    for (const [version, loss] of [
      [9, 1],
      [10, 2],
    ]) {
      const folder = path.join(dir, `lightning_logs/version_${version}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'metrics.csv'), `epoch,step,train_loss\n0,0,${loss}\n0,1,${loss}\n`);
    }
    expect(shown(stateAfter(await drain(follow()))).steps.map(([, , total]) => total)).toEqual([2, 2]);
  });

  it('a class with a comma in its name moves no column', async () => {
    write('epoch,step,"val/AP/cup, ""red""",val/mAP_50_95\n0,3,0.5,0.25\n');
    expect(shown(stateAfter(await drain(follow()))).epochs).toEqual([[1, { map: 0.25 }]]);
  });

  it('without a column of epochs, as Fabric writes it, every row is read', async () => {
    write('step,train_loss\n0,4\n1,3\n');
    expect(shown(stateAfter(await drain(follow()))).steps).toEqual([
      [0, 1, 4],
      [1, 1, 3],
    ]);
  });
});

describe('numbers that are not finite', () => {
  it('Python writes them as bare words: the loss that diverges is read', async () => {
    const folder = path.join(dir, '20260101_120000/vis_data');
    mkdirSync(folder, { recursive: true });
    const line = (step: number, loss: string): string =>
      `{"lr": 0.02, "loss": ${loss}, "data_time": 0.1, "epoch": 1, "step": ${step}}\n`;
    writeFileSync(path.join(folder, 'scalars.json'), line(1, '2.5') + line(2, 'NaN') + line(3, 'Infinity'));
    expect(shown(stateAfter(await drain(follow()))).steps).toEqual([
      [0, 1, 2.5],
      [1, 1, nan],
      [2, 1, Number.POSITIVE_INFINITY],
    ]);
  });
});

describe('the end that a program writes itself', () => {
  const endsOf = (records: readonly SourceRecord[]): unknown[] =>
    records.filter(({ kind }) => kind === 'end');
  const status = (value: object): void => {
    cpSync(path.join(recorded, 'libreyolo'), dir, { recursive: true });
    writeFileSync(path.join(dir, 'status.json'), JSON.stringify({ total_epochs: 3, ...value }));
  };

  it('LibreYOLO: completed, failed with its reason, or still running', async () => {
    status({ state: 'completed' });
    expect(endsOf(await drain(follow()))).toEqual([{ kind: 'end' }]);
    status({ state: 'running' });
    expect(endsOf(await drain(follow()))).toEqual([]);
    status({ state: 'failed', error: { type: 'RuntimeError', message: 'CUDA out of memory' } });
    const [end] = endsOf(await drain(follow()));
    expect(JSON.stringify(end)).toContain('CUDA out of memory');
  });

  it('W&B: its exit code', async () => {
    cpSync(path.join(recorded, 'wandb'), dir, { recursive: true });
    expect(endsOf(await drain(follow()))).toEqual([{ kind: 'end' }]);
  });
});

it('a W&B log with a changed byte is read up to there, and the place is named', async () => {
  const bytes = readFileSync(path.join(recorded, 'wandb', PROGRAMS.wandb.file));
  bytes[bytes.length - 20] ^= 1;
  writeFileSync(path.join(dir, 'run-a.wandb'), bytes);
  const records = await drain(follow());
  expect(JSON.stringify(problemsOf(records))).toContain('a broken record at byte');
  expect(shown(stateAfter(records)).steps.length).toBeGreaterThan(8);
});

it('a folder in which nothing is known says so, once, and is read as soon as something is', async () => {
  writeFileSync(path.join(dir, 'readme.txt'), 'hello\n');
  const source = follow();
  const seen: SourceRecord[] = [];
  for (let look = 0; look < 50; look++) seen.push(...(await source.poll()));
  expect(problemsOf(seen)).toHaveLength(1);
  expect(JSON.stringify(seen)).toContain('readme.txt');
  writeFileSync(path.join(dir, 'results.csv'), 'epoch,train/box_loss\n1,4\n');
  expect((await source.poll()).map(({ kind }) => kind)).toContain('step');
});

it('a last line without an end is named, once, and read when it has one', async () => {
  const file = path.join(dir, 'results.csv');
  writeFileSync(file, 'epoch,train/box_loss\n1,4\n2,3');
  const source = follow();
  const seen: SourceRecord[] = [];
  for (let look = 0; look < 50; look++) seen.push(...(await source.poll()));
  expect(seen.filter(({ kind }) => kind === 'step')).toHaveLength(1);
  expect(JSON.stringify(problemsOf(seen))).toContain('its last line has no end yet');
  appendFileSync(file, '.5\n');
  expect((await source.poll()).filter(({ kind }) => kind === 'step')).toMatchObject([{ loss: { box: 3.5 } }]);
});

it('whatever else a program logs of a validation is in what is exported, under its own name', async () => {
  writeFileSync(
    path.join(dir, 'results.csv'),
    'epoch,metrics/mAP50-95(B),metrics/mAP50-95(M),val/box_loss\n1,0.5,0.4,2\n2,0.6,0.3,1\n',
  );
  const state = stateAfter(await drain(follow()));
  expect(ownMetricsOf(state).map(({ named }) => named)).toEqual([
    { map_m: 0.4, val_box: 2 },
    { map_m: 0.3, val_box: 1 },
  ]);
  const [header, ...rows] = [...epochsCsv(state)].map((line) => line.trim());
  expect(header).toBe(
    'epoch,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),seconds,map_m,val_box',
  );
  expect(rows.map((row) => row.split(',').slice(-2))).toEqual([
    ['0.4', '2'],
    ['0.3', '1'],
  ]);
});
