import { formatRate, formatValue } from '../../domain/display/format';
import { medianOf } from '../../domain/run/loss-history';
import { plannedEpochs } from '../../run/planned-epochs';
import type { RunState } from '../../run/state';
import { mainRates } from '../../run/state';
import { seconds } from '../output/numbers';

export type BarText = { readonly share: number; readonly left: string; readonly right: string };

/** The text of the progress bar: the epoch, its last numbers, and how long it will take. */
export function barText(state: RunState): BarText {
  if (state.status?.state === 'validating') return validatingText(state);
  const { step, epoch } = state.steps;
  const last = step.length - 1;
  const total = state.plan?.totalSteps ?? 0;
  if (last < 0) return { share: 0, left: state.status?.state ?? 'starting', right: '' };
  // Another program's run, whose length is not known.
  if (total === 0)
    return { share: 0, left: epochOf(state, epoch.at(last)), right: lastNumbers(state, last).join('  ') };
  const done = step.at(last) + 1;
  return {
    share: done / total,
    left: epochOf(state, epoch.at(last)),
    right: [...lastNumbers(state, last), `ETA ${seconds((total - done) * secondsPerStep(state))}`].join('  '),
  };
}

function epochOf(state: RunState, epoch: number): string {
  const planned = plannedEpochs(state);
  return `epoch ${epoch}${planned === undefined ? '' : `/${planned}`}`;
}

function validatingText(state: RunState): BarText {
  const waiting = state.status?.queue.waiting.length ?? 0;
  const current = state.status?.queue.validating;
  const left = current === undefined ? 'validating' : `validating epoch ${current}`;
  return { share: 1, left, right: waiting > 0 ? `${waiting} wait` : '' };
}

function lastNumbers(state: RunState, last: number): string[] {
  const loss = state.steps.loss.get('total')?.at(last);
  const lr = mainRates(state)?.at(last);
  const ips = recentIps(state, last);
  return [
    loss === undefined ? '' : `loss ${formatValue(loss)}`,
    lr === undefined || Number.isNaN(lr) ? '' : `lr ${formatRate(lr)}`,
    Number.isFinite(ips) ? `${Math.round(ips)} img/s` : '',
  ].filter((text) => text !== '');
}

/** The median of the latest steps: a single one may have waited for its images, or not at all. */
const RECENT_STEPS = 25;

function recentIps({ steps }: RunState, last: number): number {
  const first = Math.max(0, last - RECENT_STEPS + 1);
  const recent = Array.from({ length: last - first + 1 }, (_, i) => steps.ips.at(first + i));
  return medianOf(recent.filter(Number.isFinite));
}

/**
 * Mean over the latest epoch's worth of steps, so that the pause between epochs is included. Steps from before a rewind
 * or a pause are not: nothing was trained in between.
 */
function secondsPerStep(state: RunState): number {
  const { step, t } = state.steps;
  const last = step.length - 1;
  const from = state.hello?.fromStep ?? 0;
  let first = Math.max(0, last - Math.max(20, state.plan?.stepsPerEpoch ?? 0));
  while (first < last && step.at(first) < from) first++;
  const steps = step.at(last) - step.at(first);
  return steps > 0 ? (t.at(last) - t.at(first)) / 1000 / steps : Number.NaN;
}
