// cspell:ignore größe
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeFileVersion, encodeScalar } from '../../../../src/domain/foreign/tfevents';
import { createRunState, reduceRun } from '../../../../src/run/reduce';
import type { RunState } from '../../../../src/run/state';
import { ForeignRun } from '../../../../src/trainers/command/foreign-events';
import { csvSource } from '../../../../src/trainers/command/sources/csv';
import { jsonlSource } from '../../../../src/trainers/command/sources/jsonl';
import type { Source, SourceRecord } from '../../../../src/trainers/command/sources/source';
import { tensorboardSource } from '../../../../src/trainers/command/sources/tensorboard';
import { repositoryRoot } from '../../../helpers/shared';

// Every format of facts A2.2 and B1 while it is being written: cut at every byte, read, written on, read again.
const padded = (cells: readonly string[]): string => `${cells.map((cell) => cell.padStart(20)).join(',')}\n`;
const lines = (...rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');
const LOSSES = 'train/box_loss,train/cls_loss,train/dfl_loss';
const METRICS = 'metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B)';
const VAL = 'val/box_loss,val/cls_loss,val/dfl_loss';
const YOLOV5 =
  'epoch,train/box_loss,train/obj_loss,train/cls_loss,metrics/precision,metrics/recall,metrics/mAP_0.5,metrics/mAP_0.5:0.95,val/box_loss,val/obj_loss,val/cls_loss,x/lr0,x/lr1,x/lr2';
const pg = (count: number): string => Array.from({ length: count }, (_, i) => `lr/pg${i}`).join(',');

const FORMATS: Readonly<Record<string, { readonly text: string; readonly epochs: readonly number[] }>> = {
  'Ultralytics now, epochs from 1': {
    text: lines(
      `epoch,time,${LOSSES},${METRICS},${VAL},${pg(3)}`,
      '1,12.5,1.2,2.3,1.1,0.5,0.4,0.45,0.21,1.3,2.4,1.2,0.0033,0.0034,0.07',
      '2,25.25,1.1,2.2,1.05,0.6,0.5,0.55,0.31,1.25,2.3,1.15,0.0066,0.0067,0.04',
    ),
    epochs: [1, 2],
  },
  'Ultralytics before 8.0.170, padded, epochs from 0': {
    text:
      padded(`epoch,${LOSSES},${METRICS},${VAL},${pg(3)}`.split(',')) +
      padded('0,1.2,2.3,1.1,0.5,0.4,0.45,0.21,1.3,2.4,1.2,0.07,0.0033,0.0034'.split(',')) +
      padded('1,1.1,2.2,1.05,0.6,0.5,0.55,0.31,1.25,2.3,1.15,0.04,0.0066,0.0067'.split(',')),
    epochs: [1, 2],
  },
  'YOLOv5, padded, epochs from 0': {
    text:
      padded(YOLOV5.split(',')) +
      padded('0,0.08,0.028,0.03,0.35,0.41,0.36,0.18,0.07,0.02,0.04,0.07,0.01,0.011'.split(',')) +
      padded('1,0.07,0.027,0.02,0.45,0.51,0.46,0.28,0.06,0.019,0.039,0.06,0.02,0.021'.split(',')),
    epochs: [1, 2],
  },
  'eight LR columns of MuSGD, and the l1 loss of YOLO26': {
    text: lines(
      `epoch,time,train/box_loss,train/cls_loss,train/l1_loss,${METRICS},val/box_loss,val/cls_loss,val/l1_loss,${pg(8)}`,
      '1,9,1.2,2.3,0.7,0.5,0.4,0.45,0.21,1.3,2.4,0.8,0.03,0.01,0.031,0.011,0.032,0.012,0.033,0.013',
    ),
    epochs: [1],
  },
  'resumed, an epoch twice, nan and inf, exponents': {
    text: lines(
      `epoch,time,${LOSSES},${METRICS},${VAL},${pg(1)}`,
      '1,12.5,1.2,2.3,1.1,0.5,0.4,0.45,0.21,1.3,2.4,1.2,1e-05',
      '2,25.25,nan,inf,-inf,0.6,0.5,0.55,0.31,nan,2.3,1.15,2e-05',
      '2,13.5,1.15,2.25,1.04,0.61,0.52,0.56,0.32,1.24,2.31,1.16,3e-05',
      '3,27,1.05,2.15,1.02,0.62,0.53,0.57,0.33,1.23,2.21,1.14,4e-05',
    ),
    epochs: [1, 2, 2, 3],
  },
  'segmentation and classification columns, lines of Windows': {
    text: lines(
      'epoch,time,train/box_loss,train/seg_loss,metrics/mAP50(B),metrics/mAP50-95(M),metrics/accuracy_top1,val/seg_loss,lr/pg0\r',
      '1,3,1.5,2.5,0.11,0.12,0.13,2.6,0.01\r',
      '2,6,1.4,2.4,0.21,0.22,0.23,2.7,0.02\r',
    ),
    epochs: [1, 2],
  },
};

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-torn-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function drain(source: Source): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for (let quiet = 0; quiet < 2; ) {
    const read = await source.poll();
    records.push(...read);
    quiet = read.length === 0 ? quiet + 1 : 0;
  }
  return records;
}

const untimed = (records: readonly SourceRecord[]): unknown[] =>
  records.map((record) => ({ ...record, time: undefined }));

/** What a host shows after these records. */
function stateAfter(records: readonly SourceRecord[]): RunState {
  const run = new ForeignRun({ trainer: 'command', pid: 1, attempt: 1, epochs: 0, accepts: [] });
  const events = [run.start(1), ...records.flatMap((record) => run.events(record, 1))];
  return events.reduce((state, value) => reduceRun(state, { source: 'events', value }), createRunState());
}

/** Steps with their losses and rates as a host shows them. */
function shown({ steps, epochs }: RunState): unknown {
  const rows = Array.from({ length: steps.step.length }, (_, i) => [
    steps.step.at(i),
    ...[...steps.loss].sort().map(([name, column]) => `${name} ${column.at(i)}`),
    ...[...steps.lr].sort().map(([name, column]) => `${name} ${column.at(i)}`),
  ]);
  return { rows, epochs: epochs.map(({ epoch, metrics }) => ({ epoch, metrics })) };
}

/** Numbers of a row, the epoch and the clock aside, however they are named. */
function numbersOf(record: SourceRecord, next: SourceRecord): string[] {
  if (record.kind !== 'step' || next.kind !== 'epoch') throw new Error('a row is a step and an epoch');
  expect(next.loss).toEqual(record.loss);
  return [record.loss, next.metrics, record.lr].flatMap((group) => Object.values(group).map(String)).sort();
}

const python = (cell: string): string =>
  String(Number(cell.replace(/inf/, 'Infinity').replace(/nan/, 'NaN')));

describe.each(Object.entries(FORMATS))('results.csv, %s', (_name, { text, epochs }) => {
  it('holds every number of the file and no other', async () => {
    const file = path.join(dir, 'results.csv');
    writeFileSync(file, text);
    const records = await drain(csvSource(file));
    expect(records.filter(({ kind }) => kind === 'epoch').map((r) => r.kind === 'epoch' && r.epoch)).toEqual(
      epochs,
    );
    const [header, ...rows] = text
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(',').map((cell) => cell.trim()));
    const counted = header.map((name) => name !== 'epoch' && name !== 'time');
    rows.forEach((row, i) => {
      const written = row
        .filter((_, column) => counted[column])
        .map(python)
        .sort();
      expect(numbersOf(records[2 * i], records[2 * i + 1])).toEqual(written);
    });
  });

  it('cut at any byte and written on, comes to the same records, none twice', async () => {
    const file = path.join(dir, 'results.csv');
    writeFileSync(file, text);
    const whole = await drain(csvSource(file));
    for (let cut = 0; cut <= text.length; cut++) {
      writeFileSync(file, text.slice(0, cut));
      const source = csvSource(file);
      const before = await drain(source);
      expect(untimed(before)).toEqual(untimed(whole).slice(0, before.length));
      appendFileSync(file, text.slice(cut));
      expect(untimed([...before, ...(await drain(source))])).toEqual(untimed(whole));
    }
  });
});

it('results.csv: a repeated epoch replaces the earlier one, and what followed it', async () => {
  const file = path.join(dir, 'results.csv');
  writeFileSync(file, FORMATS['resumed, an epoch twice, nan and inf, exponents'].text);
  const { steps, epochs, hello } = stateAfter(await drain(csvSource(file)));
  expect([...steps.step.view()]).toEqual([0, 1, 2]);
  expect([...(steps.loss.get('box')?.view() ?? [])]).toEqual([1.2, 1.15, 1.05]);
  expect(epochs.map(({ epoch, metrics, seconds }) => [epoch, metrics?.map, seconds])).toEqual([
    [1, 0.21, 12.5],
    [2, 0.32, 13.5],
    [3, 0.33, 13.5],
  ]);
  expect(hello?.attempt).toBe(2);
});

it('results.csv: another file of the same length in its place is read anew', async () => {
  const file = path.join(dir, 'results.csv');
  writeFileSync(file, 'epoch,train/box_loss\n1,1.5\n2,1.4\n');
  const source = csvSource(file);
  const first = await drain(source);
  rmSync(file);
  writeFileSync(file, 'epoch,train/box_loss\n1,2.5\n2,2.4\n');
  const state = stateAfter([...first, ...(await drain(source))]);
  expect([...(state.steps.loss.get('box')?.view() ?? [])]).toEqual([2.5, 2.4]);
});

it('results.csv: old cells of a trainer that does not validate are not metrics', async () => {
  const file = path.join(dir, 'results.csv');
  writeFileSync(file, 'epoch,train/box_loss,metrics/mAP50-95(B)\n1,1.5,0\n2,1.4,0\n');
  const records = await drain(csvSource(file, { hasMetrics: () => false }));
  expect(records.filter(({ kind }) => kind === 'epoch')).toMatchObject([{ metrics: {} }, { metrics: {} }]);
});

describe('TensorBoard event files', () => {
  const bytes = readFileSync(path.join(repositoryRoot, 'test/fixtures/foreign/events.tfevents'));
  const shownOf = (records: readonly SourceRecord[]): unknown => shown(stateAfter(records));

  it('a real one, cut at any byte and written on, shows the same run', async () => {
    const whole = path.join(dir, 'whole.tfevents');
    writeFileSync(whole, bytes);
    const expected = shownOf(await drain(tensorboardSource(whole, {})));
    expect(expected).toMatchObject({ rows: expect.arrayContaining([expect.arrayContaining(['box 2.5'])]) });
    const file = path.join(dir, 'a.tfevents');
    for (let cut = 0; cut <= bytes.length; cut++) {
      writeFileSync(file, bytes.subarray(0, cut));
      const source = tensorboardSource(file, {});
      const before = await drain(source);
      expect(before.filter(({ kind }) => kind === 'problem')).toEqual([]);
      appendFileSync(file, bytes.subarray(cut));
      expect(shownOf([...before, ...(await drain(source))])).toEqual(expected);
    }
  });

  const scalars = (...points: readonly (readonly [tag: string, step: number, value: number])[]): Buffer =>
    Buffer.concat([
      encodeFileVersion(1),
      ...points.map(([tag, step, value]) => encodeScalar({ tag, step, value, wallTime: 1 + step })),
    ]);
  const append = (name: string, content: Buffer): void => {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    appendFileSync(path.join(dir, name), content);
  };
  const box = (records: readonly SourceRecord[], name = 'box'): [number, number][] => {
    const { steps } = stateAfter(records);
    return Array.from(steps.loss.get(name)?.view() ?? [], (value, i) => [steps.step.at(i), value]);
  };

  it('puts a value that is flushed late beside the others of its step', async () => {
    const source = tensorboardSource(dir, {});
    append('tfevents.1', scalars(['box_loss', 0, 4], ['box_loss', 1, 3], ['box_loss', 2, 2]));
    const records = await drain(source);
    append('late/tfevents.1', scalars(['cls_loss', 0, 40], ['cls_loss', 1, 30]));
    records.push(...(await drain(source)));
    expect(box(records)).toEqual([
      [0, 4],
      [1, 3],
      [2, 2],
    ]);
    expect(box(records, 'cls').map(([, value]) => value)).toEqual([40, 30, Number.NaN]);
    expect(stateAfter(records).hello?.attempt).toBe(1);
  });

  it('a second file of the folder that goes back is a resume: what came after that step is void', async () => {
    const source = tensorboardSource(dir, {});
    append('tfevents.1', scalars(['box_loss', 0, 4], ['box_loss', 1, 3], ['box_loss', 2, 2]));
    const records = await drain(source);
    append('tfevents.2', scalars(['box_loss', 1, 3.5], ['box_loss', 2, 2.5]));
    records.push(...(await drain(source)));
    expect(box(records)).toEqual([
      [0, 4],
      [1, 3.5],
      [2, 2.5],
    ]);
    expect(stateAfter(records).hello?.attempt).toBe(2);
  });

  it('keeps series of one name in two folders apart, and knows the folders of add_scalars', async () => {
    append('train/tfevents.1', scalars(['epoch_loss', 0, 4], ['epoch_loss', 1, 3]));
    append('validation/tfevents.1', scalars(['epoch_loss', 0, 5], ['epoch_loss', 1, 6]));
    append('loss_seg/tfevents.1', scalars(['loss', 0, 7], ['loss', 1, 8]));
    const { steps } = stateAfter(await drain(tensorboardSource(dir, {})));
    const values = (name: string): number[] => [...(steps.loss.get(name)?.view() ?? [])];
    expect(values('epoch')).toEqual([4, 3]);
    expect(values('val_epoch')).toEqual([5, 6]);
    expect(values('seg')).toEqual([7, 8]);
  });
});

it('JSON lines, cut at any byte and written on, give every line once', async () => {
  const text = lines(
    '{"type":"plan","epochs":1,"stepsPerEpoch":2}',
    '{"type":"step","step":0,"epoch":1,"loss":{"total":"NaN"},"lr":{"größe":0.1}}',
    '{"type":"step","step":1,"epoch":1,"loss":{"total":1},"lr":{"größe":0.1}}',
  );
  const bytes = Buffer.from(text);
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(file, bytes);
  const whole = await drain(jsonlSource(file));
  expect(whole.map(({ kind }) => kind)).toEqual(['plan', 'step', 'step']);
  for (let cut = 0; cut <= bytes.length; cut++) {
    writeFileSync(file, bytes.subarray(0, cut));
    const source = jsonlSource(file);
    const before = await drain(source);
    appendFileSync(file, bytes.subarray(cut));
    expect([...before, ...(await drain(source))]).toEqual(whole);
  }
});
