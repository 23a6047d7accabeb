import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { regexSource } from '../../../../../src/trainers/command/sources/regex';
import { withinBounds } from '../../../../../src/trainers/command/sources/source';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-regex-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const METRICS = { epoch: 'epoch (-?\\d+)', loss: 'loss=(\\S+)', map: 'map=(\\S+)' };

async function read(...lines: readonly string[]) {
  const file = path.join(dir, 'train.log');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const records = await withinBounds(regexSource(file, METRICS)).poll();
  return records.flatMap((record) =>
    'epoch' in record ? [`${record.kind} ${record.epoch}`] : [record.kind],
  );
}

describe('epochs of a log of any program', () => {
  it('that counts from 0 are not merged', async () => {
    expect(await read('epoch 0 loss=3', 'map=.1', 'epoch 1 loss=2', 'map=.2')).toEqual([
      ...['step 1', 'epoch 1', 'step 2', 'epoch 2'],
    ]);
  });

  it('that counts from 1, or was resumed, are as they are', async () => {
    expect(await read('epoch 1 loss=3', 'epoch 2 loss=2')).toEqual(['step 1', 'step 2']);
    expect(await read('epoch 7 loss=3', 'map=.2')).toEqual(['step 7', 'epoch 7']);
  });

  it('below its first are refused, and not raised to it', async () => {
    expect(await read('epoch -3 loss=3')).toEqual(['problem']);
  });
});
