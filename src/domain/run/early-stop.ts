import { exponentialAverage } from '../display/smooth';
import type { EarlyStopSettings } from '../experiment/types';

/** Metrics of one validated epoch; `loss` is the mean training loss of that epoch, where known. */
export type ValidatedEpoch = {
  readonly epoch: number;
  readonly map: number;
  readonly map50: number;
  readonly precision: number;
  readonly recall: number;
  readonly loss?: number;
};

export type EarlyStopVerdict = {
  readonly stop: boolean;
  /** The epoch with the best smoothed value; 0 before the first. */
  readonly bestEpoch: number;
  /** Smoothed value of each epoch; higher is better. */
  readonly smoothed: readonly number[];
};

/**
 * Whether a run has stopped improving: the metric's exponential average over about `ema` validated epochs has not risen
 * for `patience` epochs. Epochs ascend. Patience 0 never stops, as in Ultralytics.
 */
export function judgeEarlyStop(
  history: readonly ValidatedEpoch[],
  settings: Pick<EarlyStopSettings, 'metric' | 'ema' | 'patience'>,
): EarlyStopVerdict {
  const values = history.map((epoch) => scoreOf(epoch, settings.metric, history[0]?.loss));
  const smoothed = exponentialAverage(values, settings.ema);
  const best = indexOfLargest(smoothed);
  const bestEpoch = history[best]?.epoch ?? 0;
  const latest = history.at(-1)?.epoch ?? 0;
  const stop = settings.patience > 0 && history.length > 0 && latest - bestEpoch >= settings.patience;
  return { stop, bestEpoch, smoothed };
}

/** Shares of loss, precision, recall, mAP50 and mAP50-95 in `fitness`. */
const FITNESS = { loss: 0.1, precision: 0.1, recall: 0.1, map50: 0.1, map: 0.6 } as const;

function scoreOf(
  epoch: ValidatedEpoch,
  metric: EarlyStopSettings['metric'],
  firstLoss: number | undefined,
): number {
  if (metric === 'loss') return -(epoch.loss ?? Number.NaN);
  if (metric !== 'fitness') return epoch[metric];
  const { precision, recall, map50, map } = epoch;
  return (
    FITNESS.loss * lossGain(epoch.loss, firstLoss) +
    FITNESS.precision * precision +
    FITNESS.recall * recall +
    FITNESS.map50 * map50 +
    FITNESS.map * map
  );
}

/** How far the loss has come down from its first value, in [0, 1]; 0 where either is unknown. */
function lossGain(loss: number | undefined, first: number | undefined): number {
  if (loss === undefined || first === undefined || !(first > 0) || !Number.isFinite(loss)) return 0;
  return Math.min(1, Math.max(0, 1 - loss / first));
}

/** Of equals the first; while the metric has not begun (0) the latest, so that patience does not count (Ultralytics does so). */
function indexOfLargest(values: readonly number[]): number {
  let best = -1;
  values.forEach((value, i) => {
    if (best < 0 || value > values[best] || values[best] === 0 || Number.isNaN(values[best])) best = i;
  });
  return best;
}
