import { describe, expect, test } from 'vitest';
import { CUDA_LIBRARIES, chooseLine, requirementsOf } from '../../../../src/domain/gpu/cuda-line';
import { parseDriver } from '../../../../src/domain/gpu/driver';

describe('the CUDA line of a machine', () => {
  test.each<[string, Parameters<typeof chooseLine>[0], number | RegExp]>([
    ['is that of torch', { torch: '13.0', driver: '13.1' }, 13],
    ['is that of torch, though the driver is newer', { torch: '12.8', driver: '13.0' }, 12],
    ['is the one asked for, whatever torch has', { asked: '12', torch: '13.0', driver: undefined }, 12],
    ['is the newest of the driver if torch has none', { torch: null, driver: '13.1' }, 13],
    ['is 13 for a driver of a line that is not known yet', { torch: undefined, driver: '14.0' }, 13],
    ['is 12 for a driver of 12', { torch: undefined, driver: '12.4' }, 12],
    [
      'is not guessed for an older torch',
      { torch: '11.8', driver: '13.0' },
      /built for CUDA 11\.8; .*12 and 13/,
    ],
    ['is not guessed for an older driver', { torch: null, driver: '11.4' }, /runs CUDA up to 11\.4/],
    [
      'is not guessed without torch and driver',
      { torch: undefined, driver: undefined },
      /no Python with torch was found, and no NVIDIA driver.*--cuda 13/,
    ],
    [
      'is not guessed from a torch without CUDA',
      { torch: null, driver: undefined },
      /torch is built without CUDA/,
    ],
    [
      'is refused if it is another number',
      { asked: '11', torch: '13.0', driver: '13.0' },
      /expected 12 or 13/,
    ],
    [
      'is refused if it only begins like one',
      { asked: '130', torch: null, driver: '1' },
      /expected 12 or 13/,
    ],
  ])('%s', (_what, facts, expected) => {
    const choice = chooseLine(facts);
    if (typeof expected === 'number') expect(choice).toMatchObject({ kind: 'line', line: expected });
    else {
      expect(choice.kind).toBe('none');
      expect(choice.why).toMatch(expected);
    }
  });

  test('names each package once', () => {
    for (const line of [12, 13] as const) {
      const names = requirementsOf(CUDA_LIBRARIES[line]).map((spec) => spec.split('~=')[0]);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toHaveLength(CUDA_LIBRARIES[line].length - 1);
    }
  });
});

describe('the driver, as nvidia-smi prints it', () => {
  test.each<[string, string, object | undefined]>([
    [
      'of 2025',
      '| NVIDIA-SMI 580.65.06              Driver Version: 580.65.06      CUDA Version: 13.0     |',
      { version: '580.65.06', cuda: '13.0' },
    ],
    [
      'of 2026, which names the parts of the driver',
      '| NVIDIA-SMI 610.12     KMD Version: 610.12     CUDA UMD Version: 13.3     |',
      { version: '610.12', cuda: '13.3' },
    ],
    [
      'without a CUDA that it could load',
      '| NVIDIA-SMI 535.1      Driver Version: 535.1      CUDA Version: N/A      |',
      { version: '535.1' },
    ],
    [
      'that fails',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
      undefined,
    ],
  ])('%s', (_what, text, expected) => {
    expect(parseDriver(text)).toEqual(expected);
  });
});
