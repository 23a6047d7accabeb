import { escapeHtml } from '../../base/html';
import type { Translate } from '../../base/translate';
import { formatRate } from '../../domain/display/format';
import { smooth } from '../../domain/display/smooth';
import { thin } from '../../domain/display/thin';
import { roundTicks } from '../../domain/schedule/svg-frame';
import { ownMetricsOf } from '../../run/own-metrics';
import type { RunState } from '../../run/state';
import { mainRates } from '../../run/state';
import type { OfEpoch, Places, ReportAxis } from './report-axis';

/** Points a line: a picture of 560 pixels shows no more, and five runs stay far below two megabytes. */
const BUCKETS = 280;
const SMOOTHING = 0.97;

/** The three charts of a training over one x axis, each with a line a run. */
export function reportCharts(
  states: readonly RunState[],
  { axis, metric, t }: { readonly axis: ReportAxis; readonly metric: string; readonly t: Translate },
): OverlayChart[] {
  const places = states.map((state) => axis.placesOf(state));
  const lines = (lineOf: LineOf): OverlayLine[] =>
    states.flatMap((state, series) => {
      const line = lineOf(state, places[series]);
      return line && line.x.length > 0 ? [{ series, ...line }] : [];
    });
  const xLabel = axis.label;
  const charts: OverlayChart[] = [
    { title: metric, xLabel, lines: lines(mapLine), scale: 'linear' },
    { title: t('loss'), xLabel, lines: lines(lossLine), scale: 'log' },
    { title: t('learning rate'), xLabel, lines: lines(rateLine), scale: 'linear' },
  ];
  return charts.filter((chart) => chart.lines.length > 0);
}

type Curve = Omit<OverlayLine, 'series'>;
type LineOf = (state: RunState, places: Places) => Curve | undefined;

function mapLine(state: RunState, places: Places): Curve {
  const judged = [...state.validations.values()].sort((a, b) => a.epoch - b.epoch);
  const found: readonly (OfEpoch & { readonly map?: number })[] =
    judged.length > 0 ? judged : ownMetricsOf(state);
  return epochLine(found, places, ({ map = Number.NaN }) => map);
}

/** Smoothed before it is thinned; a program that reports no steps has the means of its epochs. */
function lossLine(state: RunState, places: Places): Curve {
  const total = state.steps.loss.get('total');
  if (total && total.length > 0) return stepLine(state, places, smooth(total.view(), SMOOTHING));
  const epochs = state.epochs.filter(({ loss }) => Number.isFinite(loss.total));
  return epochLine(epochs, places, ({ loss }) => loss.total);
}

function rateLine(state: RunState, places: Places): Curve | undefined {
  const rates = mainRates(state);
  return rates && rates.length > 0 ? stepLine(state, places, Float64Array.from(rates.view())) : undefined;
}

/** What is known of epochs, at their ends. */
function epochLine<T extends OfEpoch>(
  found: readonly T[],
  { ofEpoch }: Places,
  read: (one: T) => number,
): Curve {
  const placed = found.flatMap((one) => {
    const x = ofEpoch(one);
    return x === undefined ? [] : [{ x, y: read(one) }];
  });
  return { x: placed.map(({ x }) => x), y: placed.map(({ y }) => y) };
}

function stepLine({ steps }: RunState, { ofRow }: Places, y: Float64Array): Curve {
  const x = Float64Array.from({ length: steps.step.length }, (_, row) => ofRow(row));
  return thin({ x, y }, { from: x[0], to: x[x.length - 1], buckets: BUCKETS });
}

/** One line of a chart; `series` is the number of its run, which decides its colour. */
type OverlayLine = {
  readonly series: number;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
};

export type OverlayChart = {
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly OverlayLine[];
  /** Of the y axis; logarithmic for values that fall by orders of magnitude. */
  readonly scale: 'linear' | 'log';
};

const SIZE = { width: 560, height: 272, left: 52, right: 12, top: 12, bottom: 42 };

type Range = { readonly low: number; readonly high: number };

/** An SVG whose colours come from the page's classes s0, s1 ...; a value that is not finite is a gap. */
export function overlaySvg(chart: OverlayChart): string {
  const { width, height, top, bottom, left } = SIZE;
  const xs = rangeOf(chart.lines.flatMap(({ x }) => [x[0] ?? 0, x[x.length - 1] ?? 0]));
  const ys = capped(
    chart,
    rangeOf(chart.lines.flatMap(({ y }) => Array.from(y).filter((v) => isShown(v, chart.scale)))),
  );
  if (!xs || !ys) return '';
  const [toX, toY] = [placeX(xs), placeY(ys, chart.scale)];
  const paths = chart.lines.map((line) => pathOf(line, toX, toY));
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(chart.title)}">`,
    ...yTicks(ys, chart.scale).map((value) => yTick(value, toY(value))),
    ...xTicks(xs).map(
      (value) =>
        `<text class="tick" x="${toX(value)}" y="${height - 26}" text-anchor="middle">${value}</text>`,
    ),
    `<path class="axis" d="M${left} ${top}V${height - bottom}H${width - SIZE.right}"/>`,
    ...paths,
    `<text class="tick" x="${width - SIZE.right}" y="${height - 8}" text-anchor="end">${escapeHtml(chart.xLabel)}</text>`,
    '</svg>',
  ].join('');
}

const isShown = (value: number, scale: OverlayChart['scale']): boolean =>
  Number.isFinite(value) && (scale === 'linear' || value > 0);

function rangeOf(values: readonly number[]): Range | undefined {
  if (values.length === 0) return undefined;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low === high
    ? { low: low - Math.abs(low) * 0.1 - 1e-9, high: high + Math.abs(high) * 0.1 + 1e-9 }
    : { low, high };
}

/** How far above its highest beginning a falling curve is shown: one run that diverges must not flatten the others. */
const MOST_RISE = 4;

function capped({ lines, scale }: OverlayChart, range: Range | undefined): Range | undefined {
  if (scale === 'linear' || !range) return range;
  const first = Math.max(...lines.map(({ y }) => y[0]).filter((value) => isShown(value, scale)));
  return Number.isFinite(first)
    ? { ...range, high: Math.min(range.high, Math.max(first * MOST_RISE, range.low * 2)) }
    : range;
}

const shortened = (value: number): number => Number(value.toFixed(1));

function placeX({ low, high }: Range): (value: number) => number {
  const { left, right, width } = SIZE;
  return (value) => shortened(left + ((width - left - right) * (value - low)) / (high - low));
}

function placeY({ low, high }: Range, scale: OverlayChart['scale']): (value: number) => number {
  const { top, bottom, height } = SIZE;
  const by = scale === 'log' ? Math.log : (value: number): number => value;
  return (value) =>
    shortened(height - bottom - ((height - top - bottom) * (by(value) - by(low))) / (by(high) - by(low)));
}

function pathOf(
  { series, x, y }: OverlayLine,
  toX: (v: number) => number,
  toY: (v: number) => number,
): string {
  let [path, isDown] = ['', false];
  for (let i = 0; i < x.length; i++) {
    const at = toY(y[i]);
    if (!Number.isFinite(at)) {
      isDown = false;
      continue;
    }
    path += `${isDown ? 'L' : 'M'}${toX(x[i])} ${at}`;
    isDown = true;
  }
  return `<path class="line s${series}" d="${path}"/>`;
}

function yTick(value: number, y: number): string {
  const { left, right, width } = SIZE;
  return `<path class="grid" d="M${left} ${y}H${width - right}"/><text class="tick" x="${left - 5}" y="${y + 4}" text-anchor="end">${formatRate(value)}</text>`;
}

const xTicks = ({ low, high }: Range): number[] => roundTicks(high, 6).filter((value) => value >= low);

function yTicks({ low, high }: Range, scale: OverlayChart['scale']): number[] {
  if (scale === 'linear')
    return [...(low <= 0 ? [0] : []), ...roundTicks(high, 5).filter((value) => value >= low)];
  const first = Math.ceil(Math.log10(low));
  const powers = Array.from(
    { length: Math.max(0, Math.floor(Math.log10(high)) - first + 1) },
    (_, i) => 10 ** (first + i),
  );
  if (powers.length > 1) return powers;
  const round = roundTicks(high, 4).filter((value) => value >= low);
  // One tick alone gives no scale.
  return round.length > 1 ? round : [low, high];
}
