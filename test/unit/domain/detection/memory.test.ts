import { describe, expect, it } from 'vitest';
import { halveUntilItFits, isOutOfMemory } from '../../../../src/domain/detection/runtime-errors';

describe('memory that runs out', () => {
  it('is distinguished from other failures', () => {
    const check = (message: string, expected: boolean) =>
      expect([message, isOutOfMemory(new Error(message))]).toEqual([message, expected]);
    check('Failed to allocate memory for requested buffer of size 4000000000000', true);
    check('std::bad_alloc', true);
    check('Array buffer allocation failed', true);
    check('CUDA failure 2: out of memory ; GPU=0', true);
    check('vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY', true);
    check('Not enough memory resources are available to complete this operation.', true);
    check('Got invalid dimensions for input: images', false);
    check('no such file', false);
  });

  const fits = (most: number) => async (batch: number) => {
    if (batch > most) throw new Error(`Failed to allocate memory for ${batch}`);
    return batch * 10;
  };

  it('halves a batch until it fits, and tells what the larger ones failed with', async () => {
    expect(await halveUntilItFits(8, fits(8))).toEqual({ batch: 8, value: 80, failures: [] });
    expect(await halveUntilItFits(9, fits(3))).toEqual({
      batch: 2,
      value: 20,
      failures: ['Failed to allocate memory for 9', 'Failed to allocate memory for 4'],
    });
  });

  it('gives up at one image, and at once if memory is not what lacks', async () => {
    await expect(halveUntilItFits(4, fits(0))).rejects.toThrow('for 1');
    const tried: number[] = [];
    const broken = async (batch: number) => {
      tried.push(batch);
      throw new Error('no such operator');
    };
    await expect(halveUntilItFits(4, broken)).rejects.toThrow('no such operator');
    expect(tried).toEqual([4]);
  });
});
