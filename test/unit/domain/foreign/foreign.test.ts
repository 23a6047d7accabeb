import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32, crc32c } from '../../../../src/domain/foreign/crc';
import { compilePatterns, matchLine } from '../../../../src/domain/foreign/line-patterns';
import { parseResultsCsv, recordsOfTable } from '../../../../src/domain/foreign/results-csv';
import { encodeFileVersion, encodeScalar, readTfEvents } from '../../../../src/domain/foreign/tfevents';
import { englishOf } from '../../../helpers/english-of';
import { repositoryRoot } from '../../../helpers/shared';

const NEW_HEADER =
  'epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),val/box_loss,val/cls_loss,val/dfl_loss,lr/pg0,lr/pg1,lr/pg2';

describe('results.csv', () => {
  it('reads the unpadded format of current Ultralytics, epochs from 1', () => {
    const text = `${NEW_HEADER}\n1,12.5,1.2,2.3,1.1,0.5,0.4,0.45,0.21,1.3,2.4,1.2,0.0033,0.0033,0.07\n`;
    const { rows, groups, problems } = parseResultsCsv(text);
    expect(problems).toEqual([]);
    expect(groups).toEqual(['pg0', 'pg1', 'pg2']);
    expect(rows).toEqual([
      {
        epoch: 1,
        time: 12.5,
        loss: { box: 1.2, cls: 2.3, dfl: 1.1 },
        metrics: {
          precision: 0.5,
          recall: 0.4,
          map50: 0.45,
          map: 0.21,
          val_box: 1.3,
          val_cls: 2.4,
          val_dfl: 1.2,
        },
        lr: [0.0033, 0.0033, 0.07],
      },
    ]);
  });

  it('reads the padded, 0-based format of YOLOv5 and older Ultralytics', () => {
    const text =
      '               epoch,      train/box_loss,      train/obj_loss,      train/cls_loss,   metrics/precision,      metrics/recall,     metrics/mAP_0.5,metrics/mAP_0.5:0.95,        val/box_loss,               x/lr0,               x/lr1,               x/lr2\n' +
      '                   0,              0.0841,             0.02893,             0.03,              0.3571,              0.4,             0.36,             0.18,             0.07,              0.07,               0.01,               0.01\n' +
      '                   1,              0.0741,             0.02793,             0.02,              0.4571,              0.5,             0.46,             0.28,             0.06,              0.06,               0.02,               0.02\n';
    const { rows, groups } = parseResultsCsv(text);
    expect(rows.map((r) => r.epoch)).toEqual([1, 2]);
    expect(rows[1].loss).toEqual({ box: 0.0741, obj: 0.02793, cls: 0.02 });
    expect(rows[1].metrics).toMatchObject({
      map50: 0.46,
      map: 0.28,
      precision: 0.4571,
      recall: 0.5,
      val_box: 0.06,
    });
    expect(groups).toEqual(['lr0', 'lr1', 'lr2']);
    expect(rows[0].lr).toEqual([0.07, 0.01, 0.01]);
  });

  it('keeps eight LR columns of MuSGD, repeated epochs of a resume, nan and inf', () => {
    const lr = Array.from({ length: 8 }, (_, i) => `lr/pg${i}`).join(',');
    const row = (epoch: number, loss: string): string => `${epoch},3.5,${loss},0.1,${'0.01,'.repeat(7)}0.02`;
    const text = `epoch,time,train/box_loss,metrics/mAP50-95(B),${lr}\n${row(1, '1.5')}\n${row(2, 'nan')}\n${row(2, '-inf')}\n${row(3, '1e-05')}\n`;
    const { rows, groups } = parseResultsCsv(text);
    expect(groups).toHaveLength(8);
    expect(rows.map((r) => r.epoch)).toEqual([1, 2, 2, 3]);
    expect(rows.map((r) => r.loss.box)).toEqual([1.5, Number.NaN, Number.NEGATIVE_INFINITY, 1e-5]);
    expect(rows[0].lr).toEqual([0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02]);
  });

  it('takes no time for a row that is there again', () => {
    const row = (epoch: number, time: number): string => `${epoch},${time},0.5\n`;
    const text = `epoch,time,train/box_loss\n${row(1, 10)}${row(2, 20)}${row(3, 30)}${row(3, 30)}${row(2, 20)}${row(3, 30)}${row(4, 9)}`;
    const records = recordsOfTable(parseResultsCsv(text), {
      fromRow: 0,
      writtenMs: 100_000,
      hasMetrics: true,
    });
    const epochs = records.flatMap((one) => (one.kind === 'epoch' ? [one] : []));
    expect(epochs.map(({ seconds }) => seconds)).toEqual([10, 10, 10, 10, 10, 10, 9]);
    expect(epochs.map(({ time = 0 }) => time / 1000)).toEqual([61, 71, 81, 81, 81, 91, 100]);
  });

  it('tells masks from boxes', () => {
    const { rows } = parseResultsCsv('epoch,metrics/mAP50(B),metrics/mAP50(M)\n1,0.5,0.4\n');
    expect(rows[0].metrics).toEqual({ map50: 0.5, map50_m: 0.4 });
  });

  it('torn at any byte: every row it gives is a whole row, none is invented', () => {
    const text = `${NEW_HEADER}\n1,12.5,1.2,2.3,1.1,0.5,0.4,0.45,0.21,1.3,2.4,1.2,0.0033,0.0033,0.07\n2,25,1,2,1,0.6,0.5,0.55,0.31,1.2,2.2,1.1,0.0044,0.0044,0.06\n`;
    const whole = parseResultsCsv(text).rows;
    for (let end = 0; end <= text.length; end++) {
      const { rows, problems } = parseResultsCsv(text.slice(0, end));
      expect(rows).toEqual(whole.slice(0, rows.length));
      expect(problems).toEqual([]);
      expect(rows.length).toBe(Math.max(0, text.slice(0, end).split('\n').length - 2));
    }
  });

  it('names a line with another number of columns', () => {
    const { rows, problems } = parseResultsCsv('epoch,time\n1,2\n2\n3,4\n');
    expect(rows).toMatchObject([{ epoch: 1 }, { epoch: 3 }]);
    expect(problems.map(englishOf)).toEqual(['line 3: expected 2 columns as in the header']);
  });

  it('names a line whose epoch is not a whole number', () => {
    const { rows, problems } = parseResultsCsv('epoch,time\n1,2\n1.5,3\n');
    expect(rows).toMatchObject([{ epoch: 1 }]);
    expect(problems.map(englishOf)).toEqual(['line 3: epoch is 1.5, expected a whole number from 1']);
  });

  it.each([
    ['semicolons and decimal commas', 'epoch;train/box_loss;lr/pg0\n1;1,25;0,01\n2;1;0.02\n'],
    ['tabs', 'epoch\ttrain/box_loss\tlr/pg0\n1\t1.25\t0.01\n2\t1\t0.02\n'],
  ])('reads what a spreadsheet saved with %s', (_, text) => {
    const { rows, problems } = parseResultsCsv(text);
    expect(problems).toEqual([]);
    expect(rows).toMatchObject([
      { epoch: 1, loss: { box: 1.25 }, lr: [0.01] },
      { epoch: 2, loss: { box: 1 }, lr: [0.02] },
    ]);
  });

  it('names a line whose epoch cannot be counted, and says of none that it was read', () => {
    const ofLines = (...epochs: readonly string[]) =>
      parseResultsCsv(`epoch,train/box_loss\n\n${epochs.map((epoch) => `${epoch},1\n`).join('')}`);
    const negative = ofLines('-3', '-2', '-1');
    expect(negative.rows).toEqual([]);
    expect(englishOf(negative.refused)).toBe('line 3: epoch is -3, expected a whole number from 0');
    expect(negative.problems).toHaveLength(3);
    const late = ofLines('1', '0', '');
    expect(late.rows).toMatchObject([{ epoch: 1 }]);
    expect(late.problems.map(englishOf)).toEqual([
      'line 4: epoch is 0, expected a whole number from 1',
      'line 5: epoch is "", expected a whole number from 1',
    ]);
  });

  it('says that no column is the epoch instead of naming each line', () => {
    const { rows, problems, refused } = parseResultsCsv('Epoch,loss\n1,2\n2,3\n');
    expect({ rows, refused }).toEqual({ rows: [], refused: undefined });
    expect(problems.map(englishOf)).toEqual(['no column is the epoch, and no line is read: Epoch, loss']);
  });

  it('says which of two columns that are one number is read', () => {
    const table = parseResultsCsv(
      'epoch,metrics/mAP50-95(B),metrics/mAP50-95(B),AP50,metrics/mAP50(B),train/loss,train/total_loss\n1,.2,.9,.5,.6,3,4\n',
      { map50: 'AP50' },
    );
    expect(table.rows).toMatchObject([{ metrics: { map: 0.9, map50: 0.5 }, loss: { total: 4 } }]);
    expect(table.problems.map(englishOf)).toEqual([
      'the column metrics/mAP50-95(B) is there more than once: the last one is read',
      'the columns metrics/mAP50(B) and AP50 are both map50: AP50 is read',
      'the columns train/loss and train/total_loss are both total: train/total_loss is read',
    ]);
  });

  it('keeps the rates of groups of any name apart', () => {
    const table = parseResultsCsv('epoch,lr/weights,lr/bias,lr/pg0\n1,.1,.2,.3\n');
    const [step] = recordsOfTable(table, { fromRow: 0, hasMetrics: true });
    expect(step).toMatchObject({ lr: { weights: 0.1, bias: 0.2, pg0: 0.3 } });
  });

  it('says that epochs are not in order, and nothing of a resume that repeats some', () => {
    const problemsOf = (...epochs: readonly number[]): string[] =>
      parseResultsCsv(`epoch,train/box_loss\n${epochs.map((epoch) => `${epoch},1\n`).join('')}`).problems.map(
        englishOf,
      );
    expect(problemsOf(1, 2, 3, 2, 3, 4)).toEqual([]);
    expect(problemsOf(1, 3, 2)).toEqual([
      'line 4: epoch 2 comes after epoch 3: epochs are expected in ascending order, and those above 2 that came before this line do not count',
    ]);
  });

  it('reads cells in quotation marks, also with a delimiter inside', () => {
    const { rows, problems } = parseResultsCsv(
      '\uFEFF"epoch","train/box_loss","a ""b"", c","lr/pg0"\r\n"1", "2.5" ,x,0.1\r\n"2","1.5","",""\r\n',
    );
    expect(problems).toEqual([]);
    expect(rows).toMatchObject([
      { epoch: 1, loss: { box: 2.5 }, lr: [0.1] },
      { epoch: 2, loss: { box: 1.5 }, lr: [Number.NaN] },
    ]);
    expect(parseResultsCsv('"epoch";"lr/pg0"\n"1";"0,25"\n').rows).toMatchObject([{ epoch: 1, lr: [0.25] }]);
    expect(parseResultsCsv('time,epoch,"lr/pg0"\n,1,"2"\n').rows).toMatchObject([{ epoch: 1, lr: [2] }]);
  });

  it('a cell that is empty or no number is not a NaN that was logged, and the latter is named', () => {
    const { rows, problems } = parseResultsCsv('epoch,train/box_loss,metrics/mAP50(B)\n1,,N/A\n2,nan,-NaN\n');
    expect(rows).toMatchObject([
      { loss: {}, metrics: {} },
      { loss: { box: Number.NaN }, metrics: { map50: Number.NaN } },
    ]);
    expect(rows[0].loss).toEqual({});
    expect(problems.map(englishOf)).toEqual(['line 2: metrics/mAP50(B) is N/A, expected a number']);
  });

  it('a header that is written again, also with other columns, holds for what follows', () => {
    const table = parseResultsCsv(
      'epoch,train/box_loss,lr/pg0\n1,4,.1\nepoch,train/box_loss,lr/pg0\n2,3,.1\nepoch,train/box_loss,train/cls_loss,lr/pg0,lr/pg1\n3,2,7,.1,.2\n',
    );
    expect(table.problems).toEqual([]);
    const records = recordsOfTable(table, { fromRow: 0, hasMetrics: true });
    expect(records.filter(({ kind }) => kind === 'step')).toMatchObject([
      { epoch: 1, loss: { box: 4 }, lr: { pg0: 0.1 } },
      { epoch: 2, loss: { box: 3 }, lr: { pg0: 0.1 } },
      { epoch: 3, loss: { box: 2, cls: 7 }, lr: { pg0: 0.1, pg1: 0.2 } },
    ]);
  });
});

describe('TensorBoard event files', () => {
  const bytes = new Uint8Array(
    readFileSync(path.join(repositoryRoot, 'test/fixtures/foreign/events.tfevents')),
  );
  const whole = readTfEvents(bytes);

  it('reads every scalar that PyTorch wrote, old and new style, and skips the rest', () => {
    expect(whole.problem).toBeUndefined();
    expect(whole.consumed).toBe(bytes.length);
    const box = whole.points.filter((p) => p.tag === 'train/box_loss');
    expect(box.map((p) => [p.step, p.value, p.wallTime])).toEqual(
      [0, 1, 2, 3, 4].map((s) => [s, 2.5 - 0.25 * s, 1700000000 + s]),
    );
    expect(whole.points.find((p) => p.tag === 'bad')?.value).toBeNaN();
    expect(whole.points.find((p) => p.tag === 'big')).toMatchObject({
      step: 2 ** 40,
      value: Number.POSITIVE_INFINITY,
    });
    expect(whole.points.find((p) => p.tag === 'tensor')).toMatchObject({ step: 7, value: 0.125 });
    expect(whole.points.some((p) => p.tag === 'note')).toBe(false);
  });

  it('torn at any byte: whole records only, and reading goes on where it stopped', () => {
    for (let end = 0; end <= bytes.length; end++) {
      const first = readTfEvents(bytes.subarray(0, end));
      expect(first.problem).toBeUndefined();
      const rest = readTfEvents(bytes, first.consumed);
      expect([...first.points, ...rest.points]).toEqual(whole.points);
    }
  });

  it('stops at a record whose checksum is wrong, and says where', () => {
    const broken = bytes.slice();
    broken[60] ^= 1;
    const { problem, points } = readTfEvents(broken);
    expect(englishOf(problem)).toMatch(/wrong checksum at byte \d+/);
    expect(points).toEqual(whole.points.slice(0, points.length));
  });

  it('reads back what it writes', () => {
    const points = [
      { tag: 'loss/total', step: 3, wallTime: 1700000000.25, value: 1.5 },
      { tag: 'lr/weights', step: 2 ** 33, wallTime: 1, value: 0.0078125 },
    ];
    const parts = [encodeFileVersion(1700000000), ...points.map(encodeScalar)];
    expect(readTfEvents(new Uint8Array(Buffer.concat(parts))).points).toEqual(points);
  });

  it('has the checksum of RFC 3720: 32 zero bytes', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    // The check value of CRC-32 in the catalogue of such codes.
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});

describe('metrics in log lines', () => {
  const { patterns, problems } = compilePatterns({
    loss: 'loss[=:]\\s*(\\S+)',
    map50: 'mAP@0.5 (\\S+)',
    none: 'loss',
    broken: '(',
  });

  it('finds the numbers of a line', () => {
    expect(matchLine('epoch 3 loss: 1.25e-1 mAP@0.5 0.8', patterns)).toEqual({ loss: 0.125, map50: 0.8 });
    expect(matchLine('loss=nan', patterns)).toEqual({ loss: Number.NaN });
    expect(matchLine('loss=-inf', patterns)).toEqual({ loss: Number.NEGATIVE_INFINITY });
    expect(matchLine('loss=pending', patterns)).toEqual({});
  });

  it('names patterns that cannot work', () => {
    expect(problems).toHaveLength(2);
    expect(englishOf(problems[0])).toContain('command.metrics.none: loss needs a group');
    expect(englishOf(problems[1])).toContain('command.metrics.broken: ( is not a regular expression');
  });

  it('ends whatever the expression and however long the line', () => {
    const { patterns: hostile, problems: none } = compilePatterns({
      a: '(a+)+$',
      b: '(a|aa)+$',
      c: '^(([a-z])+.)+[A-Z]([a-z])+$',
      loss: 'loss=(\\S+)',
    });
    expect(none).toEqual([]);
    expect(matchLine(`loss=1 ${'a'.repeat(2_000_000)}!`, hostile)).toEqual({ loss: 1 });
  });

  it('takes no expression that may never end, and says why', () => {
    const refused = compilePatterns({ a: 'x(?=(a+))', b: '(a)\\1', c: '(?<!x)(y)' }).problems;
    expect(refused.map(englishOf)).toEqual([
      'command.metrics.a: x(?=(a+)) looks ahead, behind or back to a group: such an expression may never end and is not taken',
      expect.stringContaining('command.metrics.b: (a)\\1 looks ahead'),
      expect.stringContaining('command.metrics.c: (?<!x)(y) looks ahead'),
    ]);
  });
});
