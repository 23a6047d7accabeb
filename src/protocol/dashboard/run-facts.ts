import type { Translate } from '../../base/translate';
import { lowerBound } from '../../domain/display/thin';
import type { RunFile } from '../../run/files';
import { isRangeTest, shownState } from '../../run/kind';
import type { RunState } from '../../run/state';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';
import type { Validation } from '../../run/validation';
import { lastOf, totalSteps, type ViewInput } from './input';
import type { Tone } from './types';

// What the shortest view of a run, the status bar, needs: the editor loads this file when it activates the extension.

/** A range test has words of its own: it does not train, and what ends a training is its result. */
function rangeLabel(state: RunStateName | 'preview', t: Translate): string | undefined {
  const labels: Partial<Record<typeof state, string>> = {
    running: t('Testing LR'),
    completed: t('LR test done'),
    stopped: t('LR test stopped'),
    failed: t('LR test failed'),
  };
  return labels[state];
}

export function stateLabel(state: RunStateName | 'preview', t: Translate, run?: RunFile): string {
  const own = isRangeTest(run) ? rangeLabel(state, t) : undefined;
  return own ?? trainingLabel(state, t);
}

function trainingLabel(state: RunStateName | 'preview', t: Translate): string {
  const labels: Readonly<Record<RunStateName | 'preview', string>> = {
    preview: t('Preview'),
    starting: t('Starting'),
    running: t('Training'),
    paused: t('Paused'),
    stopping: t('Stopping'),
    validating: t('Validating'),
    completed: t('Completed'),
    stopped: t('Stopped'),
    failed: t('Failed'),
    diverged: t('Diverged'),
    lost: t('Lost'),
  };
  return labels[state];
}

export const STATE_TONES: Readonly<Record<RunStateName | 'preview', Tone>> = {
  preview: 'quiet',
  starting: 'live',
  running: 'live',
  paused: 'quiet',
  stopping: 'warning',
  validating: 'live',
  completed: 'good',
  stopped: 'quiet',
  failed: 'bad',
  diverged: 'bad',
  lost: 'bad',
};

type Stated = Pick<ViewInput, 'state' | 'presence'>;

/** The state according to processes and keeper; without either, according to what the trainer wrote. */
export function stateOf({ state, presence }: Stated): RunStateName | 'preview' {
  if (state.run === undefined) return 'preview';
  if (presence) return presence.state;
  if (state.status) return shownState(state.status.state, state.run);
  if (state.end) return shownState(state.end.reason, state.run);
  return state.hello ? 'running' : 'starting';
}

export function isFinal(input: Stated): boolean {
  const name = stateOf(input);
  return name !== 'preview' && FINAL_STATES.has(name);
}

/** Heartbeats are seconds apart; clocks of two machines may be a little more. */
const SILENT_MS = 60_000;

/**
 * If the heartbeat of a run on another machine has stopped, it is not known whether it goes on: no pace and no time
 * left.
 */
export function isSilent({ state, presence, now }: ViewInput): boolean {
  return presence?.where === 'elsewhere' && now - (state.status?.heartbeat ?? 0) > SILENT_MS;
}

export function currentEpoch({ steps }: RunState): number | undefined {
  return steps.epoch.length === 0 ? undefined : steps.epoch.at(steps.epoch.length - 1);
}

/** Seconds of training that are left, by the recent pace. */
export function secondsLeft(input: ViewInput): number | undefined {
  const total = totalSteps(input);
  const pace = secondsPerStep(input);
  const { step } = input.state.steps;
  if (total === undefined || pace === undefined || stateOf(input) !== 'running' || isSilent(input))
    return undefined;
  return (total - 1 - lastOf(step.view())) * pace;
}

const PACE_ROWS = 400;

/** Mean seconds a step over the last steps of the running attempt, epoch ends included. */
export function secondsPerStep({ state }: Pick<ViewInput, 'state'>): number | undefined {
  const { step, t } = state.steps;
  const last = t.length - 1;
  const attemptStart = lowerBound(t.view(), state.hello?.t ?? 0);
  const first = Math.max(attemptStart, last - PACE_ROWS);
  const steps = last > first ? step.at(last) - step.at(first) : 0;
  return steps > 0 ? (t.at(last) - t.at(first)) / 1000 / steps : undefined;
}

export const lastValidated = ({ state }: ViewInput): Validation | undefined =>
  [...state.validations.values()].at(-1);

/** Alerts older than this are no longer shown above a run that goes on. */
const ALERT_MS = 15 * 60_000;

/** The alarms that still matter, oldest first: the recent ones of a run that goes on, all of one that has ended. */
export function currentAlerts(input: Pick<ViewInput, 'state' | 'presence' | 'now'>): RunState['alerts'] {
  const { state, now } = input;
  // The loss of a range test is meant to blow up; earlier versions reported that as trouble.
  if (isRangeTest(state.run)) return [];
  const isOver = isFinal(input);
  return state.alerts.filter((a) => a.severity !== 'info' && (isOver || now - a.t < ALERT_MS));
}
