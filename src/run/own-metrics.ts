import { type Words, words } from '../base/words';
import { isUnlabelled } from './measured';
import type { RunState } from './state';

/** Results of a trainer's own validation after an epoch, under Pitwall's names. */
export type OwnMetrics = {
  readonly epoch: number;
  readonly map: number;
  readonly map50: number;
  readonly precision: number;
  readonly recall: number;
  /** Whatever else it logs of a validation, under its own names: map_m, val_box. */
  readonly named: Readonly<Record<string, number>>;
};

/** The trainer's own numbers, epoch by epoch; what it does not report is NaN. */
export function ownMetricsOf(state: RunState): OwnMetrics[] {
  // On the same val set its 0 is none, either.
  if (isUnlabelled(state)) return [];
  const { epochs } = state;
  return epochs.flatMap(({ epoch, metrics }) => {
    if (metrics?.map === undefined && metrics?.map50 === undefined) return [];
    const { map, map50, precision, recall, ...named } = metrics;
    const shares = {
      map: share(map),
      map50: share(map50),
      precision: share(precision),
      recall: share(recall),
    };
    return [{ epoch, ...shares, named }];
  });
}

/** Another program may write percent, or garbage: that is nothing to be compared with shares. */
const share = (value = Number.NaN): number => (value >= 0 && value <= 1 ? value : Number.NaN);

const SHARES = { map: 'mAP50-95', map50: 'mAP50', precision: 'precision', recall: 'recall' } as const;

type EpochMetrics = {
  readonly epoch: number;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
};
type NoShare = { readonly key: string; readonly said: Words };

/** Of one epoch the metrics that are numbers and no shares, each with what is to be done about it; no page shows them. */
export function notShares({ epoch, metrics = {} }: EpochMetrics): NoShare[] {
  return Object.entries(SHARES).flatMap(([key, name]) => {
    const value = metrics[key] ?? Number.NaN;
    if (Number.isNaN(value) || !Number.isNaN(share(value))) return [];
    const said =
      value > 1
        ? words(
            '{0} of epoch {1} is {2}, expected 0 to 1, and is left out: a program that writes percent has to divide by 100',
            ...[name, epoch, value],
          )
        : words('{0} of epoch {1} is {2}, expected 0 to 1, and is left out', name, epoch, value);
    return [{ key, said }];
  });
}

/** Each kind of them once, with its first epoch. */
export function ownProblems({ epochs }: Pick<RunState, 'epochs'>): Words[] {
  const found = epochs.flatMap(notShares);
  return found
    .filter(({ key }, i) => found.findIndex((one) => one.key === key) === i)
    .map(({ said }) => said);
}

/** The best of them; of equals the latest, as Ultralytics' best.pt is. */
export function bestOwn(found: readonly OwnMetrics[]): OwnMetrics | undefined {
  return found.reduce<OwnMetrics | undefined>(
    (best, one) => (Number.isFinite(one.map) && !(one.map < (best?.map ?? -1)) ? one : best),
    undefined,
  );
}
