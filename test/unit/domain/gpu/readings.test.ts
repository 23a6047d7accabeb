import { expect, test } from 'vitest';
import { createPeriods, parseCardReading, parseProcessReading } from '../../../../src/domain/gpu/readings';

const MIB = 1024 ** 2;
// The form of `nvidia-smi --query-gpu=timestamp,uuid,index,memory.used,... --format=csv,noheader,nounits`, by its manual.
const CARD =
  '2026/11/30 02:00:05.123, GPU-aaaa, 0, 71000, 81559, 97, 61, 412.35, 700.00, NVIDIA H100 80GB HBM3';

test('a line is a card with what it does', () => {
  expect(parseCardReading(CARD)).toEqual({
    time: '2026/11/30 02:00:05.123',
    value: {
      ...{ uuid: 'GPU-aaaa', index: 0, name: 'NVIDIA H100 80GB HBM3', usedBytes: 71_000 * MIB },
      ...{ totalBytes: 81_559 * MIB, busy: 97, celsius: 61, watts: 412.35, mostWatts: 700 },
    },
  });
});

test('what a card does not report is not a number, and any other line is left out', () => {
  const old = parseCardReading('t, GPU-b, 1, 10, 2000, [Not Supported], 40, [N/A], [N/A], GeForce GT 710');
  expect(old?.value).toMatchObject({ busy: Number.NaN, celsius: 40, watts: Number.NaN });
  for (const line of ['', 'Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error', 'a,b'])
    expect(parseCardReading(line)).toBeUndefined();
});

test('a line is a process with its memory on a card', () => {
  const value = { uuid: 'GPU-aaaa', pid: 4242, bytes: 60_000 * MIB };
  expect(parseProcessReading('t, GPU-aaaa, 4242, 60000')).toEqual({ time: 't', value });
  expect(parseProcessReading('No running processes found')).toBeUndefined();
});

test('lines of one time are one period, which is whole when the next begins', () => {
  const periods: (readonly number[])[] = [];
  const take = createPeriods<number>((values) => periods.push(values));
  for (const [time, value] of [
    ['a', 1],
    ['a', 2],
    ['b', 3],
    ['c', 4],
  ] as const)
    take({ time, value });
  expect(periods).toEqual([[1, 2], [3]]);
});
