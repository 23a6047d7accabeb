import type { Translate } from '../../base/translate';
import { createAxis } from '../../protocol/dashboard/axis';
import type { XAxis } from '../../protocol/dashboard/types';
import type { RunState } from '../../run/state';

export const AXES: readonly XAxis[] = ['epoch', 'step', 'time'];

/** The x axis of a report's charts, one for all its runs. */
export type ReportAxis = {
  readonly name: XAxis;
  readonly label: string;
  placesOf(state: RunState): Places;
};

/** What is known of an epoch; `step`: its last one, if that is. */
export type OfEpoch = { readonly epoch: number; readonly step?: number };

/** The places of the rows of a run's steps and of the ends of its epochs; undefined if one is not known. */
export type Places = {
  readonly ofRow: (row: number) => number;
  readonly ofEpoch: (epoch: OfEpoch) => number | undefined;
};

/** Each with the name that its button has, and what its numbers are. */
export function reportAxis(name: XAxis, states: readonly RunState[], t: Translate): ReportAxis {
  if (name === 'epoch') return { name, label: t('epoch'), placesOf: epochPlaces };
  if (name === 'step') return { name, label: t('step'), placesOf: stepPlaces };
  const { seconds, label } = unitOf(Math.max(0, ...states.map(secondsOf)), t);
  return { name, label, placesOf: (state) => timePlaces(state, seconds) };
}

type Unit = { readonly seconds: number; readonly label: string };

/** The largest of which the longest run has at least two. */
function unitOf(longest: number, t: Translate): Unit {
  if (longest >= 7200) return { seconds: 3600, label: t('hours') };
  return longest >= 120 ? { seconds: 60, label: t('minutes') } : { seconds: 1, label: t('seconds') };
}

const rowsOf = (state: RunState, name: XAxis): Places['ofRow'] =>
  createAxis(name, { state, planned: undefined }).ofRow;

const epochPlaces = (state: RunState): Places => ({
  ofRow: rowsOf(state, 'epoch'),
  ofEpoch: ({ epoch }) => epoch,
});

const stepPlaces = (state: RunState): Places => ({
  ofRow: rowsOf(state, 'step'),
  ofEpoch: ({ epoch, step }) => step ?? endOf(state, epoch)?.step,
});

/** From the first step on; of a program that reports none, from the beginning of its first epoch. */
function timePlaces(state: RunState, unit: number): Places {
  const begin = beginOf(state);
  const ofRow = rowsOf(state, 'time');
  const place = (end: number | undefined) => end && (end - begin) / 1000 / unit;
  return { ofRow: (row) => ofRow(row) / unit, ofEpoch: ({ epoch }) => place(endOf(state, epoch)?.t) };
}

function beginOf({ steps, epochs }: RunState): number {
  if (steps.t.length > 0) return steps.t.at(0);
  const [first] = epochs;
  return first ? first.t - (first.seconds || 0) * 1000 : 0;
}

/** Step and time (Unix ms) at which an epoch ended, or its checkpoint was written. */
const endOf = (
  { epochs, checkpoints }: RunState,
  epoch: number,
): { readonly step: number; readonly t: number } | undefined =>
  epochs.find((one) => one.epoch === epoch) ?? checkpoints.get(epoch);

function secondsOf(state: RunState): number {
  const { steps, epochs } = state;
  const last = Math.max(steps.t.length > 0 ? steps.t.at(steps.t.length - 1) : 0, epochs.at(-1)?.t ?? 0);
  return last === 0 ? 0 : (last - beginOf(state)) / 1000;
}
