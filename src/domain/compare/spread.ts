import { type Words, words } from '../../base/words';
import { formatMetric } from '../display/format';
import { type Limits, meanOf } from './limits';
import { type Need, needOf } from './power';
import { studentQuantile } from './student';

/** Best mAP50-95 of the runs of one recipe, a value a seed. */
export type Spread = {
  readonly runs: number;
  readonly mean: number;
  /** Standard deviation between seeds; undefined of one run. */
  readonly deviation: number | undefined;
  /** 95 % limits of the mean over all seeds, on these val images. */
  readonly limits: Limits | undefined;
};

/** Undefined of no run. */
export function spreadOf(maps: readonly number[]): Spread | undefined {
  const runs = maps.length;
  if (runs === 0) return undefined;
  const mean = meanOf(maps);
  if (runs === 1) return { runs, mean, deviation: undefined, limits: undefined };
  const deviation = Math.sqrt(maps.reduce((sum, map) => sum + (map - mean) ** 2, 0) / (runs - 1));
  const half = (studentQuantile(0.975, runs - 1) * deviation) / Math.sqrt(runs);
  return { runs, mean, deviation, limits: { low: mean - half, high: mean + half } };
}

/** What a person may hope to see: a mAP of .01, a "point". */
const POINT = 0.01;

/** Seeds or val images with which an improvement by one point of mAP over a recipe of this spread can be seen. */
export function needForPoint(spread: Spread | undefined, imageError: number): Need | undefined {
  return spread?.deviation === undefined
    ? undefined
    : needOf({ difference: POINT, spread: spread.deviation, imageError });
}

export function spreadSentence({ runs, mean, deviation, limits }: Spread): Words {
  if (deviation === undefined || !limits)
    return words('one seed: mAP50-95 {0}; how far seeds spread is not known', formatMetric(mean));
  return words(
    '{0} seeds: mAP50-95 {1} in the mean (95 %: {2} to {3}), standard deviation between seeds {4}',
    runs,
    formatMetric(mean),
    formatMetric(limits.low),
    formatMetric(limits.high),
    formatMetric(deviation),
  );
}

export function needSentence(need: Need | undefined): Words {
  if (!need) return words('what it takes to see +.010 is known after two seeds');
  if (need.kind === 'seeds') return words('to see +.010 over it: {0} seeds of each recipe', need.of);
  if (need.kind === 'images')
    return words(
      'to see +.010 over it: {0} times as many val images, whatever the number of seeds',
      need.times.toFixed(1),
    );
  return words('+.010 over it is out of reach of seeds and of val images like these');
}
