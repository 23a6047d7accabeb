import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf, judgeAll, type Measurements, sumOf, tableOf } from '../../gpu/report';
import { type Measured, ROWS, type Values } from '../../gpu/rows';
import { repositoryRoot } from '../../helpers/shared';

// What a card would have to show for each row to pass, and one value by which each fails.
const GOOD: Readonly<Record<string, readonly [Values, Values]>> = {
  provider: [{ available: true, installed: 'onnxruntime-gpu 1.30.0', reason: 'works' }, { available: false }],
  'parity-fp32': [{ cpu: 0.3, cuda: 0.3004, model: 'm' }, { cuda: 0.3006 }],
  'parity-fp16': [{ cpu: 0.3, cuda: 0.3009, model: 'm' }, { cuda: 0.298 }],
  'share-yolov8n': [{ validator: 96, session: 100 }, { validator: 94 }],
  'share-trained': [{ validator: 96, session: 100 }, { validator: 94 }],
  'versus-ultralytics': [{ validator: 300, ultralytics: 200 }, { ultralytics: 201 }],
  'headline-session': [{ session: 1000, card: 'A100' }, { session: 999 }],
  'headline-whole': [{ whole: 1000, card: 'A100' }, { whole: 999 }],
  beside: [{ alone: 100, beside: 97, validated: 5 }, { beside: 96 }],
  stop: [{ before: 500, during: 4000, after: 600, left: 0 }, { after: 601 }],
  'auto-batch': [{ batch: 64, state: 'completed' }, { state: 'failed' }],
  'out-of-memory': [{ asked: 256, batch: 64, map: 0.1, expected: 0.1 }, { batch: 256 }],
  builtin: [{ steps: 50, worst: 0.01 }, { worst: 0.011 }],
};

const CARD = {
  gpu: 'NVIDIA A100',
  driver: '580.65.06',
  platform: 'linux-x64',
  commit: 'abc',
  date: '2026-11-30',
};
const measured = (values: Values): Measured => ({ kind: 'measured', values });

/** All rows as they should be, with changes. */
function measurements(
  changes: Readonly<Record<string, Measured>> = {},
  gpu: string | null = CARD.gpu,
): Measurements {
  const rows = Object.fromEntries(Object.entries(GOOD).map(([id, [good]]) => [id, measured(good)]));
  return { machine: { ...CARD, gpu }, rows: { ...rows, ...changes } };
}

const stateOf = (of: Measurements, id: string) => judgeAll(of).find((row) => row.id === id)?.state;

describe('the table of a GPU', () => {
  test('has a good and a bad case here for every row', () => {
    expect(ROWS.map(({ id }) => id).sort()).toEqual(Object.keys(GOOD).sort());
  });

  test('passes if every goal is met', () => {
    const judged = judgeAll(measurements());
    expect(sumOf(judged)).toBe(`${ROWS.length} passed, 0 failed, 0 skipped, 0 stand-in`);
    expect(exitCodeOf(judged)).toBe(0);
  });

  test.each(Object.entries(GOOD))('%s fails alone if its goal is missed by little', (id, [good, bad]) => {
    const of = measurements({ [id]: measured({ ...good, ...bad }) });
    expect(judgeAll(of).filter(({ state }) => state === 'failed')).toMatchObject([{ id }]);
    expect(exitCodeOf(judgeAll(of))).toBe(1);
  });

  test('fails for a step that broke, and for a row that no step measured', () => {
    expect(stateOf(measurements({ stop: { kind: 'broke', why: 'it broke' } }), 'stop')).toBe('failed');
    const { machine, rows } = measurements();
    const { stop: _, ...others } = rows;
    expect(stateOf({ machine, rows: others }, 'stop')).toBe('failed');
  });

  test('names what was skipped, which fails nothing', () => {
    const of = measurements({ 'headline-whole': { kind: 'skipped', why: 'not a card for data centres' } });
    const judged = judgeAll(of);
    expect(exitCodeOf(judged)).toBe(0);
    expect(tableOf(of, judged)).toContain('| skipped | not a card for data centres |');
  });

  test('judges no speed without a GPU, and calls nothing passed', () => {
    const slow = { 'headline-whole': measured({ whole: 8, card: 'the CPU' }) };
    const noDriver = measured({ available: false, installed: 'x', reason: 'no driver (CUDA error 35)' });
    const of = measurements({ ...slow, provider: noDriver }, null);
    const judged = judgeAll(of);
    expect(new Set(judged.map(({ state }) => state))).toEqual(new Set(['stand-in']));
    expect(tableOf(of, judged)).toContain("no GPU: the CPU in CUDA's place");
  });

  test('fails without a GPU too if a step measures nothing', () => {
    const nothing = measurements({ beside: measured({ alone: 0, beside: 0, validated: 0 }) }, null);
    expect(stateOf(nothing, 'beside')).toBe('failed');
    const other = measured({ available: false, installed: 'x', reason: 'libcublas is not found' });
    expect(stateOf(measurements({ provider: other }, null), 'provider')).toBe('failed');
  });
});

describe('the command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-gpu-table-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function command(of: Measurements) {
    const file = path.join(folder, 'measured.json');
    writeFileSync(file, JSON.stringify(of));
    const script = path.join(repositoryRoot, 'test/gpu/run.mjs');
    return spawnSync(process.execPath, [script, '--judge', file], { encoding: 'utf8' });
  }

  test('ends with 0 and one line that sums up', () => {
    const { status, stdout, stderr } = command(measurements());
    expect(status, stderr).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^NVIDIA A100: 13 passed, 0 failed/);
  });

  test('fails if a row fails, by name', () => {
    const { status, stdout } = command(measurements({ builtin: measured({ steps: 50, worst: 0.5 }) }));
    expect(status).toBe(1);
    expect(stdout).toMatch(/^FAILED builtin: 50 steps, at worst 50\.000 % apart$/m);
  });
});
