import { formatMetric, formatProbability, formatSigned } from '../../domain/view/format';
import type { RunState } from '../run-state';
import type { ViewInput } from './input';
import { nameOf } from './other-run';
import type { Sentence, SettingRow, TileView } from './types';

const SURE = 0.95;

/** Best of the one, best of the other, and whether the difference means anything. */
export function compareTiles(input: ViewInput, other: ViewInput): TileView[] {
  const { t } = input;
  return [
    bestTile(input, 'map'),
    bestTile(other, 'steps'),
    {
      id: 'warmup',
      label: t('Difference'),
      value: differenceText(input, other),
      notes: [judgement(input, other)],
      spark: [],
    },
  ];
}

function bestTile(input: ViewInput, id: TileView['id']): TileView {
  const { state, t } = input;
  return {
    id,
    label: t('Best mAP50-95 of {0}', nameOf(input)),
    value: state.best ? formatMetric(state.best.map) : '–',
    notes: state.best ? [{ text: t('epoch {0}', state.best.epoch), tone: 'quiet' }] : [],
    spark: [],
  };
}

function differenceText({ state, comparison }: ViewInput, other: ViewInput): string {
  if (comparison) return formatSigned(comparison.difference);
  const [a, b] = [state.best?.map, other.state.best?.map];
  return a === undefined || b === undefined ? '–' : formatSigned(b - a);
}

function judgement({ comparison, t }: ViewInput, other: ViewInput): Sentence {
  if (!comparison) return { text: t('not comparable image by image'), tone: 'quiet' };
  const { low, high, probabilityBetter } = comparison;
  const range = `${formatSigned(low)} … ${formatSigned(high)}`;
  if (probabilityBetter >= SURE) {
    const chance = formatProbability(probabilityBetter);
    return { text: t('{0} is better · P {1} · 95 % within {2}', nameOf(other), chance, range), tone: 'good' };
  }
  if (probabilityBetter <= 1 - SURE) {
    return { text: t('{0} is worse · 95 % within {1}', nameOf(other), range), tone: 'warning' };
  }
  return { text: t('within noise · 95 % within {0}', range), tone: 'quiet' };
}

/** The settings in which two runs differ. */
export function differingSettings(a: RunState, b: RunState): SettingRow[] {
  const [left, right] = [flatten(a.run?.experiment.resolved), flatten(b.run?.experiment.resolved)];
  const keys = [...new Set([...left.keys(), ...right.keys()])].filter((key) => !NOT_SETTINGS.has(key));
  return keys
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => ({
      key,
      requested: left.get(key) ?? '',
      effective: right.get(key) ?? '',
      reason: '',
      changed: true,
    }));
}

const NOT_SETTINGS: ReadonlySet<string> = new Set(['explicit']);

/** Leaves of nested settings under their own names: schedule.lr0 is lr0 to a person. */
function flatten(value: unknown, name = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[name, JSON.stringify(value) ?? '']]);
  const blocks = new Set(['schedule', 'augment', 'loss', 'passthrough', '']);
  const entries = Object.entries(value).flatMap(([key, inner]) => [
    ...flatten(inner, blocks.has(name) ? key : `${name}.${key}`),
  ]);
  return new Map(entries);
}
