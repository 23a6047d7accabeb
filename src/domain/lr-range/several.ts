import type { RangeReading, RangeResult } from './types';

/** What several tests with other seeds suggest together. */
export type SeveralTests = {
  /** The geometric mean of the suggestions, two digits. */
  readonly suggested: number;
  /** The lowest and the highest of them. */
  readonly between: readonly [low: number, high: number];
  /** Whether each gave a number, and they are near enough for one to be used. */
  readonly sure: boolean;
  /** Tests that gave an answer. */
  readonly answered: number;
};

/** As for the repetitions of one test. */
const NEAR = 2;

/**
 * Another seed has other weights to begin with and another order of batches. On the example single tests differ from each other
 * by 11 % (standard deviation of 25), means of three by 6 %. Undefined if not more than half of them gave an answer.
 */
export function ofSeveral(readings: readonly RangeReading[]): SeveralTests | undefined {
  const results = readings.flatMap((one) => (one.kind === 'found' ? [one.result] : []));
  if (results.length <= readings.length / 2) return undefined;
  const suggested = results.map((one) => one.suggested);
  const [low, high] = [Math.min(...suggested), Math.max(...suggested)];
  return {
    suggested: Number(geometricMean(suggested).toPrecision(2)),
    between: [low, high],
    sure: high <= NEAR * low && results.every(isSure),
    answered: results.length,
  };
}

const isSure = ({ sure }: RangeResult): boolean => sure;

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
