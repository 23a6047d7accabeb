import { describe, expect, it } from 'vitest';
import { type Provider, parseDevice } from '../../../../src/domain/detection/device';
import { decideHalf, fromHalfBits, toHalfBits, widenHalfs } from '../../../../src/domain/detection/half';
import { englishOf } from '../../../helpers/english-of';

describe('a half-precision number', () => {
  it('has the bits of IEEE 754 binary16, ties to even', () => {
    const cases: [number, number][] = [
      [0, 0],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65520, 0x7c00],
      [Number.NEGATIVE_INFINITY, 0xfc00],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [1.5 * 2 ** -24, 2],
      [2 ** -14, 0x0400],
      [2 ** -14 - 2 ** -26, 0x0400],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [0.1, 0x2e66],
    ];
    expect(cases.map(([value]) => toHalfBits(value))).toEqual(cases.map(([, bits]) => bits));
    expect(fromHalfBits(toHalfBits(Number.NaN))).toBeNaN();
  });

  it('comes back from every one of its bit patterns', () => {
    const all = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter((bits) => (bits & 0x7fff) <= 0x7c00);
    expect(Uint16Array.from(widenHalfs(all), toHalfBits)).toEqual(all);
  });
});

describe('the choice of FP16', () => {
  const card = (name: string, computeCapability: number) => ({ index: 0, name, computeCapability });

  function check(provider: Provider, name: string, capability: number, expected: boolean): void {
    const gpu = name === '' ? undefined : card(name, capability);
    expect(decideHalf({ mode: 'auto', provider, software: false, gpu }).half).toBe(expected);
  }

  it('follows compute capability, and leaves out cards that give NaN', () => {
    check('cuda', 'NVIDIA GeForce RTX 3090', 8.6, true);
    check('cuda', 'Tesla T4', 7.5, true);
    check('cuda', 'Tesla V100-SXM2-16GB', 7, true);
    check('cuda', 'NVIDIA GeForce GTX 1080', 6.1, false);
    check('webgpu', 'NVIDIA GeForce GTX 1650', 7.5, false);
    check('dml', 'NVIDIA T1200 Laptop GPU', 7.5, false);
    check('cuda', 'Quadro T2000', 7.5, false);
    check('cuda', 'Tesla K40m', 3.5, false);
  });

  it('is a trial if no card is known, and never falls on a CPU or a software GPU', () => {
    check('webgpu', '', 0, true);
    check('cpu', '', 0, false);
    const question = { mode: 'on', provider: 'webgpu', software: true, gpu: undefined } as const;
    const { half, reason } = decideHalf(question);
    expect([half, englishOf(reason)]).toEqual([false, 'a software GPU has no FP16']);
    const off = decideHalf({ ...question, mode: 'off', software: false });
    expect(englishOf(off.reason)).toBe('switched off');
  });
});

describe('a device', () => {
  it('is a provider, with an index if there may be several', () => {
    expect(parseDevice('cpu')).toEqual({ provider: 'cpu' });
    expect(parseDevice('cuda:1')).toEqual({ provider: 'cuda', index: 1 });
    expect(englishOf(parseDevice('webgpu:1'))).toBe(
      'webgpu takes no index: onnxruntime cannot choose an adapter there',
    );
    expect(englishOf(parseDevice('gpu'))).toContain('"gpu" is not known: expected auto, cpu');
  });
});
