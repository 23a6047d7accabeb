import { onLatestValSet } from '../../domain/run/val-set';
import { hasDiverged } from '../../protocol/rewind-target';
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
  /** Whether its losses went wrong. */
  readonly isBroken: boolean;
  /** The val set of its values, if that is known. */
  readonly valSet: string | undefined;
};

export function resultOf({ state, presence }: RunView, metric: MetricName): TrialResult {
  // Of a val set that has changed since, values are of something else.
  const validated = onLatestValSet(state.validations.values());
  const all = validated.length > 0 ? validated : ownMetricsOf(state);
  const finite = all.filter((one) => Number.isFinite(one[metric]));
  return {
    valSet: validated.at(-1)?.fingerprint,
    // One may be paused for it, if the experiment says so.
    isBroken: hasDiverged(state, presence.state === 'paused' ? 'failed' : presence.state),
    values: new Map(finite.map((one) => [one.epoch, one[metric]])),
    state: presence.state,
    note: presence.note ?? state.end?.message,
    epochs: state.epochs.at(-1)?.epoch ?? 0,
    mayGoOn: MAY_GO_ON.has(presence.state) || state.status?.signal === 'SIGKILL',
  };
}

/**
 * Why a trial that waits has no value at an epoch, if its settings are not to blame: a person paused it before, or what it made
 * could not be kept. It is not judged then, for it may be the best.
 */
export function whyHeld({ state, isBroken, epochs, note }: TrialResult, until: number): string | undefined {
  if (state !== 'paused' || isBroken || epochs > until) return undefined;
  if (epochs < until) return `it was paused in epoch ${epochs + 1}, not by this sweep`;
  return note ?? 'it could not be validated';
}

/** The highest value, and the first epoch that had it. */
export function bestValue({ values }: TrialResult): EpochValue | undefined {
  const all = [...values].map(([epoch, value]) => ({ epoch, value }));
  return all.sort((a, b) => b.value - a.value || a.epoch - b.epoch)[0];
}

export type EpochValue = { readonly epoch: number; readonly value: number };

const MAY_GO_ON: ReadonlySet<RunStateName> = new Set(['paused', 'stopped', 'lost']);
