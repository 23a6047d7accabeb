import { say } from '../../base/words';
import { formatCount, formatDifference, formatDuration, formatMetric } from '../../domain/display/format';
import { metricNames } from '../../domain/run/task';
import { differingSettings, resolvedSettings } from '../../run/settings-of';
import type { RunState } from '../../run/state';
import type { ViewInput } from './input';
import { nameOf, otherName } from './other-run';
import type { ClassRow, HeaderView, Sentence, SettingRow, TileView } from './types';

/** Two runs do not share a state or progress: their differences are shown in its place. */
export function compareHeader(input: ViewInput, other: ViewInput): HeaderView {
  const { t } = input;
  const compared = [nameOf(input), otherName(input, other)] as const;
  return {
    name: t('{0} and {1}', ...compared),
    compared,
    state: 'comparison',
    stateLabel: '',
    tone: 'quiet',
    facts: differences(input, other),
    device: '',
    hasGpu: false,
    progress: undefined,
    actions: [{ id: 'compare', label: t('Compare…') }],
    metrics: tableMetrics(input.state),
  };
}

const MOST_DIFFERENCES = 4;

function differences(input: ViewInput, other: ViewInput): string[] {
  const { state, t } = input;
  const settings = differingRows(state, other.state);
  const listed = settings.slice(0, MOST_DIFFERENCES);
  const rest = settings.length - listed.length;
  return [
    ...(settings.length === 0 ? [t('same settings')] : []),
    ...listed.map(({ key, requested, effective }) => `${key} ${requested || '–'} → ${effective || '–'}`),
    ...(rest > 0 ? [t('{0} more', rest)] : []),
    ...changedByHand(input, other),
  ];
}

/** What no setting says: the learning rate was changed while a run trained. */
function changedByHand(input: ViewInput, other: ViewInput): string[] {
  const { t } = input;
  const runs = [
    [input.state, nameOf(input)],
    [other.state, otherName(input, other)],
  ] as const;
  return runs
    .filter(([{ lrChanges }]) => lrChanges.length > 0)
    .map(([, name]) => t('learning rate of {0} changed during the run', name));
}

/** Best of the one, best of the other, and whether the difference is significant. */
export function compareTiles(input: ViewInput, other: ViewInput): TileView[] {
  const { t } = input;
  return [
    bestTile(input, 'first', nameOf(input)),
    bestTile(other, 'second', otherName(input, other)),
    {
      id: 'difference',
      label: t('Difference'),
      value: differenceText(input, other),
      notes: judgement(input),
      spark: [],
    },
    timeTile(input, other),
  ];
}

function bestTile(input: ViewInput, id: 'first' | 'second', name: string): TileView {
  const { state, t } = input;
  return {
    id,
    label: t('Best {0} of {1}', metricNames(state.plan?.task)[0], name),
    value: state.best ? formatMetric(state.best.map) : '–',
    notes: state.best ? [{ text: t('epoch {0}', state.best.epoch), tone: 'quiet' }] : [],
    spark: [],
  };
}

function timeTile(input: ViewInput, other: ViewInput): TileView {
  const { t } = input;
  const timeOf = (run: ViewInput): string => {
    const seconds = trainingSeconds(run.state);
    return seconds === undefined ? '–' : formatDuration(seconds, t);
  };
  return {
    id: 'time',
    label: t('Training time of {0}', otherName(input, other)),
    value: timeOf(other),
    notes: [{ text: t('{0} took {1}', nameOf(input), timeOf(input)), tone: 'quiet' }],
    spark: [],
  };
}

function trainingSeconds({ steps: { t: time } }: RunState): number | undefined {
  return time.length < 2 ? undefined : (time.at(time.length - 1) - time.at(0)) / 1000;
}

function differenceText({ state, comparison }: ViewInput, other: ViewInput): string {
  const [a = Number.NaN, b = Number.NaN] = [state.best?.map, other.state.best?.map];
  const difference = comparison ? comparison.difference : b - a;
  return difference === undefined || Number.isNaN(difference) ? '–' : formatDifference(difference);
}

function judgement({ comparison, t }: ViewInput): Sentence[] {
  if (!comparison) return [{ text: t('not comparable image by image'), tone: 'quiet' }];
  return comparison.notes.map(({ words, ...note }) => ({ text: say(words, t), ...note }));
}

/** The settings in which two runs differ. */
export function differingRows(a: RunState, b: RunState): SettingRow[] {
  return differingSettings([resolvedSettings(a.run), resolvedSettings(b.run)]).map(
    ({ key, values: [requested = '', effective = ''] }) => ({
      ...{ key, requested, effective },
      reason: '',
      changed: true,
    }),
  );
}

/** Each class in the best checkpoint of the one and of the other. */
export function comparedClasses({ state }: ViewInput, other: ViewInput): ClassRow[] {
  const bestOf = ({ best, validations }: RunState) =>
    best ? validations.get(best.epoch)?.perClass : undefined;
  const theirs = new Map((bestOf(other.state) ?? []).map((c) => [c.name ?? String(c.class), c]));
  return (bestOf(state) ?? []).flatMap((own) => {
    const name = own.name ?? String(own.class);
    const their = theirs.get(name);
    if (!their) return [];
    const difference = their.ap - own.ap;
    return [
      {
        name,
        labels: formatCount(own.labels),
        precision: '',
        recall: '',
        ap50: formatMetric(own.ap),
        ap: formatMetric(their.ap),
        share: Number.isFinite(their.ap) ? their.ap : 0,
        difference: Number.isFinite(difference) ? formatDifference(difference) : '',
      },
    ];
  });
}

/** Of classes and checkpoints, by the run's task. */
export function tableMetrics({ plan }: RunState): readonly [map: string, map50: string] {
  const [map, map50] = metricNames(plan?.task);
  return [map, map50];
}
