import { expect, it } from 'vitest';
import { gpuNumbers, seeds } from '../../../src/cli/option-values';

it.each([
  ['5', [5]],
  ['0,1,7', [0, 1, 7]],
  ['0, 4294967295', [0, 4294967295]],
])('seeds %s are taken', (text, wanted) => {
  expect(seeds(text)).toEqual(wanted);
});

it.each([
  ['3,3', 'seed 3 is named twice'],
  ['0,-1', 'expected how many, as 5, or which'],
  ['0,1.5', 'expected how many'],
  ['0,4294967296', 'expected seeds from 0 to 4294967295'],
  ['1001', 'expected at most 1000 seeds'],
  [Array.from({ length: 1001 }, (_, i) => i).join(), 'expected at most 1000 seeds'],
  ['', 'expected how many'],
])('seeds %s are refused', (text, why) => {
  expect(() => seeds(text)).toThrow(why);
});

it('GPUs are numbers', () => {
  expect(gpuNumbers('0, 1')).toEqual(['0', '1']);
  for (const wrong of ['', ',', 'zz', '0,-1', '0,$(x)'])
    expect(() => gpuNumbers(wrong)).toThrow('expected numbers of GPUs, as 0,1.');
  expect(() => gpuNumbers('1,0,1')).toThrow('GPU 1 is named twice.');
});
