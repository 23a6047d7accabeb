import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../../src/base/words';
import { findBatch, stepBytes } from '../../../../../src/trainers/builtin/session/auto-batch';

const session = {
  size: 'nano',
  classes: 2,
  imgsz: 64,
  device: 'cpu',
  seed: 0,
  optimizer: 'SGD',
  loss: { box: 7.5, cls: 0.5, dfl: 1.5, label_smoothing: 0 },
  clip_grad: 0,
  weight_ema: 0,
  weight_decay: 0.0005,
} as const;
const needs = (batch: number) => stepBytes({ ...session, batch });
const find = (availableBytes: number, more: { wish?: number; images?: number } = {}) =>
  findBatch({ wish: -1, images: 1000, session, availableBytes, ...more });

describe('AutoBatch of the builtin trainer', () => {
  it('counts what a step needs: more images, more memory', () => {
    const [four, eight, sixteen] = [4, 8, 16].map(needs);
    expect((sixteen - eight) / (eight - four)).toBeCloseTo(2, 2);
  });

  it('takes the largest power of two that fits into 60 % of the memory, at most 16 on a CPU', async () => {
    expect((await find(1e12)).batch).toBe(16);
    expect((await find(needs(8) / 0.59)).batch).toBe(8);
    expect((await find(needs(8) / 0.61)).batch).toBe(4);
    expect((await find(1)).batch).toBe(1);
  });

  it('takes another share if one is asked for, and never more images than there are', async () => {
    expect((await find(needs(4) / 0.29, { wish: 0.3 })).batch).toBe(4);
    expect((await find(1e12, { images: 5 })).batch).toBe(4);
  });

  it('says why', async () => {
    expect(inEnglish((await find(1e9)).said)).toMatch(
      /^AutoBatch: a step fits, at most 0\.\d GB of 1\.0 GB that are free$/,
    );
  });
});
