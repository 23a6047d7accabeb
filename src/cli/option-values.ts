import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Floor } from '../domain/compare/gate';
import { devicesIn } from '../domain/run/turns';

// Values of options, read strictly: what is not a number is a usage error, never NaN.

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number of at least 1.');
  return value;
}

export function countFromZero(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number of at least 0.');
  return value;
}

export function wholeNumberOrAuto(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : wholeNumber(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

/** A factor that must not enlarge. */
export function factor(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('expected a number above 0 and at most 1.');
  return value;
}

export function versionNumber(text: string): string {
  if (!/^\d+\.\d+\.\d+/.test(text)) throw new InvalidArgumentError('expected a version such as 8.4.103.');
  return text;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}

/** Collects an option that may be given many times. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Each is a run. */
const MOST_SEEDS = 1000;
/** As every library that is seeded takes them. */
export const LARGEST_SEED = 2 ** 32 - 1;

/** Of seeds: how many, or which: `5`, `0,1,7`. */
export function seeds(text: string): readonly number[] {
  const values = text.split(',').map((part) => Number(part.trim() === '' ? Number.NaN : part));
  const isCount = values.length === 1;
  if (values.some((value) => !Number.isInteger(value) || value < (isCount ? 1 : 0)))
    throw new InvalidArgumentError('expected how many, as 5, or which, as 0,1,7.');
  const count = isCount ? values[0] : values.length;
  if (count > MOST_SEEDS) throw new InvalidArgumentError(`expected at most ${MOST_SEEDS} seeds.`);
  if (values.some((value) => value > LARGEST_SEED))
    throw new InvalidArgumentError(`expected seeds from 0 to ${LARGEST_SEED}.`);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`seed ${twice} is named twice: it is one run.`);
  return values;
}

/** GPUs by their numbers for CUDA, at least one. */
export function gpuNumbers(text: string): readonly string[] {
  const devices = devicesIn(text);
  if (devices.length === 0 || devices.some((one) => !/^\d{1,4}$/.test(one)))
    throw new InvalidArgumentError('expected numbers of GPUs, as 0,1.');
  const twice = devices.find((device, i) => devices.indexOf(device) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`GPU ${twice} is named twice.`);
  return devices;
}

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

/** An age in milliseconds: 12h, 30d, 2w. */
export function age(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([hdw])$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('expected an age, as 12h, 30d or 2w.');
  return Number(digits) * HOURS[unit] * 3_600_000;
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('expected a number of at least 0.');
  return value;
}

/** Collects METRIC=VALUE. */
export function floors(text: string, before: readonly Floor[]): readonly Floor[] {
  const [, metric, digits = ''] = /^\s*([^=]+?)\s*=\s*(\S+)\s*$/.exec(text) ?? [];
  const least = Number(digits);
  if (metric === undefined || !Number.isFinite(least))
    throw new InvalidArgumentError('expected METRIC=VALUE, as map=.6.');
  return [...before, { metric, least }];
}

/** Not the folder that the command is called in, which a variable of the shell that is not set would make of it. */
export function namedPath(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a path, but it is empty.');
  return text;
}
