import { formatDuration, formatMetric } from '../../domain/display/format';
import { type Topic, topicOfAlarm } from '../../domain/display/statistics-page';
import { metricNames, shortMetric } from '../../domain/run/task';
import { isRangeTest, topicOfEnd } from '../../run/kind';
import { plannedEpochs } from '../../run/planned-epochs';
import { endOf } from '../../run/times';
import { alertText } from '../alert-text';
import type { ViewInput } from './input';
import {
  currentAlerts,
  currentEpoch,
  isFinal,
  lastValidated,
  secondsLeft,
  stateLabel,
  stateOf,
} from './run-facts';

/** Short text for the status bar and a longer one for its tooltip; codicon names in $(...). */
export type StatusBarView = {
  readonly text: string;
  readonly tooltip: string;
  /** The paragraph on what the tooltip says of the run. */
  readonly topic: Topic | undefined;
};

const ICONS: Partial<Record<ReturnType<typeof stateOf>, string>> = {
  starting: '$(loading~spin)',
  running: '$(sync~spin)',
  stopping: '$(sync~spin)',
  validating: '$(sync~spin)',
  completed: '$(check)',
  failed: '$(error)',
  diverged: '$(error)',
  lost: '$(question)',
  paused: '$(debug-pause)',
};

/** $(sync~spin) 12/50 · mAP .423 · 3 min */
export function statusBarOf(input: ViewInput): StatusBarView {
  const { state, t } = input;
  const name = stateOf(input);
  const epoch = currentEpoch(state);
  const epochs = plannedEpochs(state);
  const left = secondsLeft(input);
  const isCounted = epoch !== undefined && !isRangeTest(state.run);
  const parts = [
    !isCounted ? stateLabel(name, t, state.run) : `${epoch}${epochs === undefined ? '' : `/${epochs}`}`,
    mapText(input),
    left === undefined ? '' : formatDuration(left, t),
  ].filter((part) => part !== '');
  return {
    text: `${iconOf(input)} ${parts.join(' · ')}`,
    tooltip: [
      `${state.meta.title ?? state.run?.name ?? ''}: ${stateLabel(name, t, state.run)}`,
      ...tooltipLines(input),
    ].join('\n'),
    topic: topicOfTooltip(input, name),
  };
}

/** Long enough to see how a run ended after a coffee; tomorrow it is in the list of runs. */
const ENDED_SHOWN_MS = 30 * 60_000;

/** How long the status bar still shows a run that has ended, ms; undefined for one that goes on or is paused. */
export function shownForMs(input: ViewInput): number | undefined {
  const { state, now } = input;
  if (!isFinal(input) || stateOf(input) === 'paused') return undefined;
  return (endOf(state.status, state.end) ?? 0) + ENDED_SHOWN_MS - now;
}

/** The icon does not spin for a run of which only a heartbeat is known. */
function iconOf(input: ViewInput): string {
  const isElsewhere = input.presence?.where === 'elsewhere' && !isFinal(input);
  if (isElsewhere) return '$(remote)';
  const isAlarmed = !isFinal(input) && currentAlerts(input).length > 0;
  return isAlarmed ? '$(warning)' : (ICONS[stateOf(input)] ?? '$(circle-outline)');
}

/** The result of the newest checkpoint; of a run that has ended, of its best one. */
function mapText(input: ViewInput): string {
  const { state, t } = input;
  const short = (map: number): string => formatMetric(map).replace(/^0/, '');
  if (isFinal(input))
    return state.best ? t('best {0} {1}', shortMetric(state.plan?.task), short(state.best.map)) : '';
  const last = lastValidated(input);
  return last ? `${shortMetric(last.task)} ${short(last.map)}` : '';
}

/** Of the alarm that it shows, else of how the run ended. */
function topicOfTooltip(input: ViewInput, name: ReturnType<typeof stateOf>): Topic | undefined {
  const alarm = currentAlerts(input).at(-1);
  if (alarm) return topicOfAlarm(alarm.rule);
  return name === 'preview' ? undefined : topicOfEnd(input.state, name);
}

function tooltipLines(input: ViewInput): string[] {
  const { state, t } = input;
  const last = lastValidated(input);
  return [
    ...(last
      ? [t('{0} {1} at epoch {2}.', metricNames(last.task)[0], formatMetric(last.map), last.epoch)]
      : []),
    ...(state.best ? [t('Best {0} at epoch {1}.', formatMetric(state.best.map), state.best.epoch)] : []),
    ...currentAlerts(input)
      .slice(-1)
      .map((alert) => alertText(alert, t)),
  ];
}
