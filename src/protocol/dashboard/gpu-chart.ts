import type { Words } from '../../base/words';
import { say, words } from '../../base/words';
import { formatGpuBytes, formatPercent } from '../../domain/display/format';
import { lowerBound } from '../../domain/display/thin';
import type { GpuEntry } from '../../run/state';
import { type ChartContext, type SeriesDraft, type SeriesHead, visibleRange } from './chart-context';
import type { ChartView } from './types';

type CardEntry = GpuEntry['cards'][number];

/** Undefined for a card that shares the machine's memory: it reports none of its own. */
function shareOf(bytes: number, total: number): number | undefined {
  const percent = (100 * bytes) / total;
  return Number.isFinite(percent) ? percent : undefined;
}

const bytesText = (bytes: number): string => (Number.isFinite(bytes) ? formatGpuBytes(bytes) : '?');

/** All on one axis from 0 to 100: percent, and degrees, which a card bears no more of. */
const LINES: readonly (Pick<SeriesHead, 'role' | 'colour' | 'optional'> & {
  readonly key: string;
  readonly label: (card: string) => Words;
  readonly read: (card: CardEntry) => number | undefined;
})[] = [
  {
    ...{ key: 'memory', role: 'line', colour: 'blue' },
    label: (card) => words('{0} memory, %', card),
    read: ({ used, total }) => shareOf(used, total),
  },
  {
    ...{ key: 'own', role: 'dotted', colour: 'blue' },
    label: (card) => words('{0} memory of this run, %', card),
    read: ({ own, total }) => (own === undefined ? undefined : shareOf(own, total)),
  },
  {
    ...{ key: 'busy', role: 'line', colour: 'green' },
    label: (card) => words('{0} in use, %', card),
    read: ({ busy }) => busy,
  },
  {
    ...{ key: 'celsius', role: 'line', colour: 'red', optional: true },
    label: (card) => words('{0} temperature, °C', card),
    read: ({ celsius }) => celsius,
  },
  {
    ...{ key: 'power', role: 'line', colour: 'purple', optional: true },
    label: (card) => words('{0} power, % of its limit', card),
    read: ({ watts, mostWatts }) =>
      watts === undefined || !mostWatts ? undefined : (100 * watts) / mostWatts,
  },
];

/** More lines than these cannot be told apart. */
const MOST_CARDS = 8;
/** A line has no more points: of a long run every second, third ... reading is drawn. */
const MOST_POINTS = 1000;

/** What the cards of this run do, over time. */
export function gpuChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const cards = cardsOf(state.gpu).slice(0, MOST_CARDS);
  return {
    id: 'gpu',
    title: t('GPU'),
    summary: summaryOf(context),
    ...visibleRange(context),
    series: context.other ? [] : cards.flatMap((index) => linesOf(context, index)),
    marks: [],
    empty: emptyText(context),
    unit: 'number',
  };
}

function emptyText({ state, other, t }: ChartContext): string | undefined {
  if (other) return t('The GPU is drawn for one run at a time.');
  return state.gpu.length === 0 ? t('No NVIDIA card was seen.') : undefined;
}

const cardsOf = (entries: readonly GpuEntry[]): number[] => [
  ...new Set(entries.flatMap(({ cards }) => cards.map(({ index }) => index))),
];

function linesOf(context: ChartContext, index: number): SeriesDraft[] {
  const { state, t } = context;
  const last = state.gpu.at(-1)?.cards.find((card) => card.index === index);
  return LINES.flatMap(({ key, label, read, ...head }) => {
    if (last && read(last) === undefined) return [];
    const stamp = `${state.gpu.length} ${context.axis.end} ${context.axisName}`;
    const points = () =>
      pointsOf(context, (cards) => read(cards.find((card) => card.index === index) ?? NONE));
    return [
      {
        ...head,
        key: `${key}:${index}`,
        label: say(label(`GPU ${index}`), t),
        kind: 'points',
        stamp,
        points,
      },
    ];
  });
}

const NONE: CardEntry = { index: -1, name: '', used: Number.NaN, total: Number.NaN };

function pointsOf(context: ChartContext, read: (cards: GpuEntry['cards']) => number | undefined) {
  const { gpu } = context.state;
  const stride = Math.ceil(gpu.length / MOST_POINTS);
  const drawn = gpu.filter((_, i) => i % stride === 0).flatMap((entry) => placed(context, entry) ?? []);
  return {
    x: Float64Array.from(drawn, ({ x }) => x),
    y: Float64Array.from(drawn, ({ entry }) => read(entry.cards) ?? Number.NaN),
  };
}

/** At the last step before it; what was read before the first step has no place. */
function placed({ state, axis, axisName }: ChartContext, entry: GpuEntry) {
  const { t } = state.steps;
  const row = lowerBound(t.view(), entry.t) - 1;
  if (row < 0) return undefined;
  const x = axisName === 'time' ? (entry.t - t.at(0)) / 1000 : axis.ofRow(row);
  return { x, entry };
}

function summaryOf({ state, t }: ChartContext): string {
  const sentences = (state.gpu.at(-1)?.cards ?? []).map(({ index, name, used, total, busy }) => {
    const memory = `${bytesText(used)} / ${bytesText(total)}`;
    return t(
      'GPU {0} ({1}): {2}, {3} in use.',
      index,
      name,
      memory,
      busy === undefined ? '?' : formatPercent(busy / 100),
    );
  });
  return sentences.join(' ');
}
