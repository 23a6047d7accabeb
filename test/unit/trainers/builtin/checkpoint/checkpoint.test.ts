import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../../src/base/words';
import { findNewestState, removeLeftovers } from '../../../../../src/trainers/builtin/checkpoint/find-state';
import type { Position } from '../../../../../src/trainers/builtin/checkpoint/state-file';
import { decodeState, encodeState } from '../../../../../src/trainers/builtin/checkpoint/state-file';
import {
  writeCheckpoint,
  writeFolder,
  writePaused,
} from '../../../../../src/trainers/builtin/checkpoint/write-checkpoint';

const TENSORS = [
  { name: 'model/a', data: Float32Array.of(1.5, -2, Number.NaN) },
  { name: 'ema/a', data: Float32Array.of(0.1) },
];

describe('state.bin', () => {
  it('gives back every bit and every number, finite or not', () => {
    const file = decodeState(encodeState({ header: { nextStep: 7, first: Number.NaN }, tensors: TENSORS }));
    expect(file).toEqual({ header: { nextStep: 7, first: 'NaN' }, tensors: TENSORS });
  });

  it('is refused when any single byte is changed, and when it is cut anywhere', () => {
    const bytes = encodeState({ header: { nextStep: 7 }, tensors: TENSORS });
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] ^= 1 << (at % 8);
      expect(() => decodeState(changed)).toThrow();
      expect(() => decodeState(bytes.slice(0, at))).toThrow();
    }
  });
});

describe('checkpoints of a run', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'pitwall-checkpoint-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const position = (epoch: number, nextStep: number): Position => ({
    format: 1,
    nextStep,
    epoch,
    seed: 0,
    size: 'nano',
    names: ['a', 'b'],
    imgsz: 64,
    divergence: { first: 3, recent: [3, 2] },
    epochSums: { steps: 0, seconds: 0, sums: {} },
  });
  const state = { step: 5, tensors: { 'model/a': Float32Array.of(1, 2) } };
  const write = (epoch: number) =>
    writeCheckpoint(dir, position(epoch, epoch * 10), { state, model: Uint8Array.of(8) });

  it('are whole folders with model, state and meta', async () => {
    const written = await write(3);
    expect(written.path).toBe('checkpoints/epoch-0003');
    expect((await readdir(path.join(dir, written.path))).sort()).toEqual([
      'meta.json',
      'model.onnx',
      'state.bin',
    ]);
    const meta = JSON.parse(await readFile(path.join(dir, written.path, 'meta.json'), 'utf8'));
    expect(meta).toMatchObject({ epoch: 3, step: 29, model: 'nano', names: ['a', 'b'], imgsz: 64 });
    expect(await readdir(path.join(dir, 'checkpoints'))).toEqual(['epoch-0003']);
  });

  it('replace an older folder of the same name', async () => {
    await writeFolder(path.join(dir, 'x'), { a: 'old', b: 'old' });
    await writeFolder(path.join(dir, 'x'), { a: 'new' });
    expect(await readdir(path.join(dir, 'x'))).toEqual(['a']);
  });

  it('are resumed from the newest whole one; damaged ones are skipped and reported', async () => {
    for (const epoch of [9, 10, 11]) await write(epoch);
    const newest = path.join(dir, 'checkpoints/epoch-0011/state.bin');
    await writeFile(newest, (await readFile(newest)).subarray(0, 90));
    await rm(path.join(dir, 'checkpoints/epoch-0010/state.bin'));
    const told: string[] = [];
    const found = await findNewestState(dir, (said) => told.push(inEnglish(said)));
    expect(found?.progress).toEqual({ ...position(9, 90), updates: 5 });
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/epoch-0011 is skipped: state.bin is damaged/);
  });

  it('give way to the state of a pause with more steps, which the next checkpoint removes', async () => {
    await write(1);
    await writePaused(dir, position(2, 14), state);
    expect((await findNewestState(dir, () => undefined))?.progress.nextStep).toBe(14);
    await write(2);
    expect(await readdir(path.join(dir, 'checkpoints'))).toEqual(['epoch-0001', 'epoch-0002']);
  });

  it('lose what a killed writer left half done', async () => {
    await mkdir(path.join(dir, 'checkpoints/.epoch-0004.tmp'), { recursive: true });
    await mkdir(path.join(dir, 'checkpoints/.epoch-0003.old'));
    await write(2);
    await removeLeftovers(dir);
    expect(await readdir(path.join(dir, 'checkpoints'))).toEqual(['epoch-0002']);
  });

  it('are none in a new run', async () => {
    expect(await findNewestState(dir, () => undefined)).toBeUndefined();
  });
});
