import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toJsonLine } from '../../../../src/base/json';
import { inEnglish } from '../../../../src/base/words';
import { parseEventLine } from '../../../../src/run/parse-entry';
import { ForeignRun } from '../../../../src/trainers/command/foreign-events';
import { jsonlSource } from '../../../../src/trainers/command/sources/jsonl';
import {
  type Source,
  type SourceRecord,
  withinBounds,
} from '../../../../src/trainers/command/sources/source';

let dir = '';
let file = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-refused-'));
  file = path.join(dir, 'metrics.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const problemsOf = (records: readonly SourceRecord[]): string[] =>
  records.flatMap((record) => (record.kind === 'problem' ? [inEnglish(record.said)] : []));

describe('a JSON line of a program', () => {
  const read = (...lines: readonly string[]): Promise<readonly SourceRecord[]> => {
    appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return jsonlSource(file).poll();
  };

  it('has NaN and infinite numbers as json.dumps of Python writes them', async () => {
    const records = await read(
      '{"type": "step", "step": 1, "epoch": 1, "loss": {"total": NaN, "box": -Infinity}, "lr": {"a": 0.1}}',
      '{"type": "epoch", "epoch": 1, "loss": {"total":Infinity}, "metrics": {"map": NaN}}',
    );
    expect(records).toMatchObject([
      { kind: 'step', loss: { total: Number.NaN, box: Number.NEGATIVE_INFINITY }, lr: { a: 0.1 } },
      { kind: 'epoch', loss: { total: Number.POSITIVE_INFINITY }, metrics: { map: Number.NaN } },
    ]);
  });

  it.each([
    ['{"type":"epoch","epoch":1,"metrics":{"map":"0.9"}}', 'metrics.map is "0.9", expected a number'],
    ['{"type":"epoch","epoch":0}', 'epoch is 0, expected a whole number from 1'],
    ['{"type":"step","loss":{}}', 'step is not there, expected a whole number from 0'],
    ['{"type":"step","step":1,"lr":[0.1]}', 'lr is [0.1], expected a number for each name'],
    ['{"type":"plan","epochs":-3,"stepsPerEpoch":0}', 'epochs is -3, expected a whole number from 1'],
    ['{"type":"plan","epochs":3,"stepsPerEpoch":-1}', 'stepsPerEpoch is -1, expected a whole number from 0'],
    ['{"type":"checkpoint","epoch":1,"step":0}', 'file is not there, expected a path'],
    ['{"type":"metrics"}', 'type is "metrics", expected one of plan, step, epoch, checkpoint, end'],
    ['{"step":1}', 'type is not there, expected one of plan, step, epoch, checkpoint, end'],
  ])('that is refused says what is wrong with it: %s', async (line, said) => {
    expect(problemsOf(await read(line))).toEqual([`${said}: ${line}`]);
  });

  it('says the first that was refused if none was understood', async () => {
    appendFileSync(file, '{"type":"step","step":-1}\n{"type":"step"}\n');
    const source = jsonlSource(file);
    await source.poll();
    const said = (await source.explain?.()) ?? { template: '', parts: [] };
    expect(inEnglish(said)).toContain(
      'the first that was refused: step is -1, expected a whole number from 0',
    );
  });
});

describe('what goes on to the events of a run', () => {
  const given = (...records: readonly SourceRecord[]): Source =>
    withinBounds({ poll: () => Promise.resolve(records) });
  const none = { loss: {}, lr: {}, time: undefined };

  it('is never an event that its readers refuse', async () => {
    const records = await given(
      { kind: 'plan', epochs: Number.NaN, stepsPerEpoch: 1 },
      { kind: 'plan', epochs: 2 ** 52, stepsPerEpoch: 3 },
      { kind: 'revise', fromStep: -3 },
      { kind: 'step', step: -3, epoch: 1, ...none },
      { kind: 'step', step: 1.5, epoch: 1, ...none },
      { kind: 'step', step: 2 ** 60, epoch: 1, ...none },
      { kind: 'step', step: 1, epoch: 0, ...none },
      { kind: 'epoch', epoch: Number.NaN, loss: {}, metrics: {} },
      { kind: 'step', step: 1, epoch: 1, ...none, loss: { total: Number.NaN }, time: Number.NaN },
      { kind: 'epoch', epoch: 1, loss: {}, metrics: {}, time: Number.POSITIVE_INFINITY },
    ).poll();
    expect(problemsOf(records)).toHaveLength(7);
    expect(problemsOf(records)[2]).toBe('step is -3, expected a whole number from 0');
    const run = new ForeignRun({ trainer: 'command', pid: 1, attempt: 1, epochs: 0, accepts: [] });
    const events = [run.start(1), ...records.flatMap((record) => run.events(record, 1))];
    for (const event of events) expect(parseEventLine(toJsonLine(event).trim()).problem).toBeUndefined();
    expect(events.filter(({ type }) => type !== 'log').map(({ type }) => type)).toEqual([
      'hello',
      'step',
      'epoch',
    ]);
  });

  it('says once of each metric that it is beyond 0 to 1, and what to do with percent', async () => {
    const records = await given(
      { kind: 'epoch', epoch: 1, loss: {}, metrics: { map: 20, precision: -1, recall: 1, other: 7 } },
      { kind: 'epoch', epoch: 2, loss: {}, metrics: { map: 31, map50: 0.5 } },
    ).poll();
    expect(problemsOf(records)).toEqual([
      'mAP50-95 of epoch 1 is 20, expected 0 to 1, and is left out: a program that writes percent has to divide by 100',
      'precision of epoch 1 is -1, expected 0 to 1, and is left out',
    ]);
    expect(records.filter(({ kind }) => kind === 'epoch')).toHaveLength(2);
  });
});
