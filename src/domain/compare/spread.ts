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
  // A mAP is a share: of two seeds the limits would else reach beyond what there is.
  const limits = { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
  return { runs, mean, deviation, limits };
}

/** What a person may hope to see: a mAP of .01, a "point". */
const POINT = 0.01;

/** Seeds or val images with which another recipe, of the same spread and as many seeds, is seen to be better by a point of mAP. */
export function needForPoint(spread: Spread | undefined, imageError: number): Need | undefined {
  if (spread?.deviation === undefined) return undefined;
  const { runs, deviation } = spread;
  return needOf({ difference: POINT, spread: deviation, imageError, runs: [runs, runs] });
}

/** What a spread of bests does not say. */
export const BEST_OF_RUN = words(
  'of each run its best checkpoint counts, the highest of several: the mean is a little too high',
);

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
  if (need.kind === 'beyond')
    return words('+.010 over it is out of reach of seeds and of val images like these');
  const times = need.times.toFixed(1);
  return need.seeds === undefined
    ? words(
        'to see +.010 over it: {0} times as many val images, and as many seeds of the other recipe',
        times,
      )
    : words(
        'to see +.010 over it: {0} times as many val images and {1} seeds of each recipe',
        times,
        need.seeds,
      );
}
