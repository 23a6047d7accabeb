import { listed, type Words, words } from '../../base/words';
import { exponentialAverage } from '../display/smooth';
import type { EarlyStopSettings } from '../experiment/types';
import { hasMostAhead, type LrAhead } from './lr-ahead';

/** Metrics of one validated epoch; `loss` is the mean training loss of that epoch, if known. */
export type ValidatedEpoch = {
  readonly epoch: number;
  readonly map: number;
  readonly map50: number;
  readonly precision: number;
  readonly recall: number;
  readonly loss?: number;
  /** What the metrics are of, if not of boxes. */
  readonly task?: string;
  /** Of the trainer's own library, for tasks that it judges itself (masks and boxes together). */
  readonly fitness?: number;
};

/** What the rule needs to know of the run besides its metrics. */
export type EarlyStopContext = {
  /** Epochs until the end of the warm-up. */
  readonly warmupEpochs: number;
  /** What the LR still has before it; undefined if it does not decay. */
  readonly ahead?: LrAhead | undefined;
  /** The last epoch with mosaic; undefined if there is none, or it stays to the end. */
  readonly mosaicEnds?: number | undefined;
};

export type EarlyStopVerdict = {
  readonly stop: boolean;
  /** The epoch with the best smoothed value since the metric began; 0 before that. */
  readonly bestEpoch: number;
  /** Smoothed value of each epoch; higher is better. */
  readonly smoothed: readonly number[];
  /** Validated epochs since the warm-up in which the metric has not begun; 0 after it has. */
  readonly notBegun: number;
  /** What the other numbers do meanwhile: "loss still falls, recall at rest". */
  readonly others: Words;
};

type JudgeSettings = Pick<EarlyStopSettings, 'metric' | 'ema' | 'patience'> &
  Partial<Pick<EarlyStopSettings, 'min_delta' | 'min_epochs' | 'wait_for_decay'>>;

/** A metric below this is noise of a detector that finds nothing yet. */
const BEGUN = 0.001;

/**
 * Whether a run has stopped improving. Patience counts once the warm-up is over and the metric has begun: then its
 * exponential average over about `ema` validated epochs has not risen for `patience` epochs by more than `min_delta`
 * and than its noise, and the values themselves show no rise. Of equals the earlier counts. A run is not stopped while
 * most of its LR's decay is still to come, which brings the last gain, nor before an end of mosaic that patience would
 * reach and patience from there on: that brings one too. Epochs ascend; patience 0 never stops.
 */
export function judgeEarlyStop(
  history: readonly ValidatedEpoch[],
  settings: JudgeSettings,
  context: EarlyStopContext = { warmupEpochs: 0 },
): EarlyStopVerdict {
  const { metric, patience, min_delta = 0 } = settings;
  const values = history.map((epoch) => scoreOf(epoch, metric, history[0]?.loss));
  const smoothed = exponentialAverage(values, settings.ema);
  const begun = firstBegun(history, { values, smoothed }, { metric, ...context });
  const margin = Math.max(min_delta, noiseMargin(values, patience));
  const best = begun < 0 ? -1 : lastRise(smoothed, begun, 0);
  const rose = begun < 0 ? -1 : lastRise(smoothed, begun, margin);
  const bestEpoch = history[best]?.epoch ?? 0;
  const rests = rose >= 0 && (history.at(-1)?.epoch ?? 0) - history[rose].epoch >= patience;
  const stop =
    patience > 0 &&
    rests &&
    mayStop(history, settings, context) &&
    !rises(values.slice(-patience), { min_delta, from: smoothed[best] });
  const notBegun = begun < 0 ? history.filter(({ epoch }) => epoch > context.warmupEpochs).length : 0;
  return { stop, bestEpoch, smoothed, notBegun, others: othersOf(history.slice(-patience), metric) };
}

function mayStop(
  history: readonly ValidatedEpoch[],
  settings: JudgeSettings,
  { ahead, mosaicEnds = Number.NEGATIVE_INFINITY }: EarlyStopContext,
): boolean {
  const { patience, min_epochs = 0, wait_for_decay = true } = settings;
  const epoch = history.at(-1)?.epoch ?? 0;
  const mosaicIsNear = Math.abs(epoch - mosaicEnds) < patience;
  return epoch >= min_epochs && !(wait_for_decay && (hasMostAhead(ahead) || mosaicIsNear));
}

/** Both the value and its average: the average alone remembers a lucky epoch of the warm-up for many that find nothing. */
function firstBegun(
  history: readonly ValidatedEpoch[],
  { values, smoothed }: { readonly values: readonly number[]; readonly smoothed: readonly number[] },
  { metric, warmupEpochs }: EarlyStopContext & Pick<JudgeSettings, 'metric'>,
): number {
  const isSign = (i: number): boolean =>
    metric === 'loss' ? Number.isFinite(smoothed[i]) : Math.min(values[i], smoothed[i]) > BEGUN;
  return history.findIndex(({ epoch }, i) => epoch >= warmupEpochs && isSign(i));
}

/**
 * Noise alone makes new records for many epochs; a short patience leaves less room to tell a slow rise from it. Tried with
 * patience 10 and 20: rest at .5 with noise .003 is stopped within patience + 3 in 30 and 34 of 40 seeds, a rise of .001 an
 * epoch with noise .004 is never stopped in 37 and 40 of 40.
 */
function noiseMargin(values: readonly number[], patience: number): number {
  return Math.min(2, 0.09 * patience) * noiseOf(values.slice(-20));
}

function lastRise(smoothed: readonly number[], from: number, margin: number): number {
  let best = from;
  for (let i = from + 1; i < smoothed.length; i++)
    if (smoothed[i] > smoothed[best] + margin || Number.isNaN(smoothed[best])) best = i;
  return best;
}

/** A rise that has reached the best so far; one that only recovers from a dip does not count. */
function rises(
  values: readonly number[],
  least: { readonly min_delta: number; readonly from: number },
): boolean {
  const { rise, t } = trendOf(values);
  const end = values.reduce((a, b) => a + b, 0) / values.length + rise / 2;
  return t > 1 && rise > least.min_delta && end > least.from;
}

/** Clearly: by more than two standard errors. */
const CLEARLY = 2;

function othersOf(recent: readonly ValidatedEpoch[], metric: JudgeSettings['metric']): Words {
  const names = (['loss', 'precision', 'recall', 'map50', 'map'] as const).filter((name) => name !== metric);
  const known = names.filter((name) => recent.every((epoch) => epoch[name] !== undefined));
  return listed(
    known.map((name) => movesOf(name, trendOf(recent.map((epoch) => epoch[name] ?? Number.NaN)).t)),
    ', ',
  );
}

function movesOf(name: string, t: number): Words {
  if (t > CLEARLY) return words('{0} still rises', name);
  return t < -CLEARLY ? words('{0} still falls', name) : words('{0} at rest', name);
}

/** Weights of loss, precision, recall, mAP50 and mAP50-95 in `fitness`. */
const FITNESS = { loss: 0.1, precision: 0.1, recall: 0.1, map50: 0.1, map: 0.6 } as const;

function scoreOf(
  epoch: ValidatedEpoch,
  metric: EarlyStopSettings['metric'],
  firstLoss: number | undefined,
): number {
  if (metric === 'loss') return -(epoch.loss ?? Number.NaN);
  if (metric !== 'fitness') return epoch[metric];
  if (epoch.fitness !== undefined) return epoch.fitness;
  const { precision, recall, map50, map } = epoch;
  return (
    FITNESS.loss * lossGain(epoch.loss, firstLoss) +
    FITNESS.precision * precision +
    FITNESS.recall * recall +
    FITNESS.map50 * map50 +
    FITNESS.map * map
  );
}

/** How far the loss has come down from its first value, in [0, 1]; 0 if either is unknown. */
function lossGain(loss: number | undefined, first: number | undefined): number {
  if (loss === undefined || first === undefined || !(first > 0) || !Number.isFinite(loss)) return 0;
  return Math.min(1, Math.max(0, 1 - loss / first));
}

/** Standard deviation of the noise of a series, from the differences of neighbours; a slow rise does not count as noise. */
function noiseOf(values: readonly number[]): number {
  const steps = values
    .slice(1)
    .map((value, i) => Math.abs(value - values[i]))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  // 1.4826: what makes a normal distribution's deviation of the median of absolute ones.
  return steps.length < 4 ? 0 : (1.4826 * steps[steps.length >> 1]) / Math.SQRT2;
}

/** A straight line through the values: its rise over all of them, and how many standard errors that is. */
function trendOf(values: readonly number[]): { readonly rise: number; readonly t: number } {
  const n = values.length;
  if (n < 3) return { rise: 0, t: 0 };
  const middle = (n - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = values.reduce((sum, y, i) => sum + (i - middle) * (y - mean), 0) / spread;
  const rest = values.reduce((sum, y, i) => sum + (y - mean - slope * (i - middle)) ** 2, 0) / (n - 2);
  const error = Math.sqrt(rest / spread);
  return { rise: slope * (n - 1), t: error > 0 ? slope / error : slope === 0 ? 0 : Math.sign(slope) * 1e9 };
}
