import { createRandom } from '../../base/random';
import type { SearchDimension, SettingValue, SweepSettings, TrialSettings } from './types';

const USUAL_TRIALS = 12;
/** A space of few points has no more of them, however often it is asked. */
const TRIES = 50;

/**
 * The settings of every trial, in order. Trial 0 is the experiment as it stands. A pure function of the sweep's file, so that
 * a driver that is started again needs to know nothing of what its predecessor chose; no two trials are the same.
 */
export function suggestTrials(
  sweep: Pick<SweepSettings, 'search' | 'sampler' | 'seed' | 'trials'>,
): TrialSettings[] {
  const { search, sampler, trials } = sweep;
  const points = sampler === 'grid' ? gridOf(search) : sampled(sweep);
  const most = trials ?? (sampler === 'grid' ? Number.POSITIVE_INFINITY : USUAL_TRIALS);
  const found = new Map<string, TrialSettings>([['{}', {}]]);
  for (const settings of points) {
    if (found.size >= most) break;
    found.set(JSON.stringify(settings), settings);
  }
  return [...found.values()];
}

/** How many combinations a grid has, trial 0 not among them. */
export const gridSize = (search: readonly SearchDimension[]): number => distinct(gridOf(search)).size;

const distinct = (all: readonly TrialSettings[]): Set<string> =>
  new Set(all.map((one) => JSON.stringify(one)));

function* sampled({ search, sampler, seed, trials = USUAL_TRIALS }: Parameters<typeof suggestTrials>[0]) {
  const at = sampler === 'random' ? randomPoints(search.length, seed) : haltonPoints(search.length, seed);
  for (let n = 0; n < trials * TRIES; n++) yield settingsAt(search, at(n));
}

/** Values for a point of the unit cube; what does not apply is left out. */
function settingsAt(search: readonly SearchDimension[], point: readonly number[]): TrialSettings {
  const settings: Record<string, SettingValue> = {};
  for (const [i, dimension] of search.entries())
    if (applies(dimension, settings)) settings[dimension.key] = valueAt(dimension, point[i]);
  return settings;
}

function applies({ onlyIf }: SearchDimension, settings: TrialSettings): boolean {
  if (onlyIf === undefined) return true;
  const has = settings[onlyIf.key];
  return onlyIf.values.some((value) => JSON.stringify(value) === JSON.stringify(has));
}

/** Digits that a person reads, and that the same file gives on every machine. */
const rounded = (value: number): number => Number(value.toPrecision(4));

/** @internal `u` in [0, 1). */
export function valueAt({ range }: Pick<SearchDimension, 'range'>, u: number): SettingValue {
  if (range.kind === 'choice') return range.values[Math.floor(u * range.values.length)];
  const { kind, low, high } = range;
  if (kind === 'int') return low + Math.floor(u * (high - low + 1));
  if (kind === 'uniform') return rounded(low + u * (high - low));
  return rounded(low * (high / low) ** u);
}

function gridOf(search: readonly SearchDimension[]): TrialSettings[] {
  return search.reduce<TrialSettings[]>(
    (before, dimension) =>
      before.flatMap((settings) =>
        applies(dimension, settings)
          ? gridValues(dimension).map((value) => ({ ...settings, [dimension.key]: value }))
          : [settings],
      ),
    [{}],
  );
}

/** Both ends of a range and what is evenly between them. */
function gridValues({ range, points }: SearchDimension): SettingValue[] {
  if (range.kind === 'choice') return [...range.values];
  const { kind, low, high } = range;
  if (kind === 'int') return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const between = (u: number): number => (kind === 'log' ? low * (high / low) ** u : low + u * (high - low));
  return Array.from({ length: points }, (_, i) => rounded(between(i / (points - 1))));
}

type PointOf = (n: number) => number[];

/** A point depends on its number alone, not on how many were drawn before. */
function randomPoints(dimensions: number, seed: number): PointOf {
  return (n) => {
    const random = createRandom(seed, n + 1);
    return Array.from({ length: dimensions }, () => random.next());
  };
}

/**
 * Halton (1960), a prime base for each dimension, shifted by a random vector modulo 1 (Cranley and Patterson 1976): the points of
 * another seed are others, as evenly spread.
 */
function haltonPoints(dimensions: number, seed: number): PointOf {
  const bases = firstPrimes(dimensions);
  const random = createRandom(seed);
  const shifts = bases.map(() => (seed === 0 ? 0 : random.next()));
  return (n) => bases.map((base, i) => (radicalInverse(n + 1, base) + shifts[i]) % 1);
}

/** The digits of `n` in a base, mirrored at the point. */
function radicalInverse(n: number, base: number): number {
  let inverse = 0;
  for (let rest = n, weight = 1 / base; rest > 0; rest = Math.floor(rest / base), weight /= base)
    inverse += (rest % base) * weight;
  return inverse;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
