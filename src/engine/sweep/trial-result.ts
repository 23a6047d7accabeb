import { ownMetricsOf } from '../../run/own-metrics';
import type { RunStateName } from '../../run/state-names';
import type { SweepFile } from '../../run/sweep';
import type { RunView } from '../runs/view-run';

export type MetricName = SweepFile['metric'];

/** How far a trial has come. */
export type TrialResult = {
  /** Its metric by epoch. */
  readonly values: ReadonlyMap<number, number>;
  readonly state: RunStateName;
  readonly note: string | undefined;
  /** Epochs that it has trained. */
  readonly epochs: number;
  /** Whether it waits, or was ended from outside: it has not come to its own end. */
  readonly mayGoOn: boolean;
};

export function resultOf({ state, presence }: RunView, metric: MetricName): TrialResult {
  const validated = [...state.validations.values()];
  const all = validated.length > 0 ? validated : ownMetricsOf(state);
  const finite = all.filter((one) => Number.isFinite(one[metric]));
  return {
    values: new Map(finite.map((one) => [one.epoch, one[metric]])),
    state: presence.state,
    note: presence.note ?? state.end?.message,
    epochs: state.epochs.at(-1)?.epoch ?? 0,
    mayGoOn: MAY_GO_ON.has(presence.state) || state.status?.signal === 'SIGKILL',
  };
}

/** The highest value, and the first epoch that had it. */
export function bestValue({ values }: TrialResult): EpochValue | undefined {
  const all = [...values].map(([epoch, value]) => ({ epoch, value }));
  return all.sort((a, b) => b.value - a.value || a.epoch - b.epoch)[0];
}

export type EpochValue = { readonly epoch: number; readonly value: number };

const MAY_GO_ON: ReadonlySet<RunStateName> = new Set(['paused', 'stopped', 'lost']);
