import { formatRate, formatValue } from '../../src/domain/display/format';
import type { Colour, SeriesRole } from '../../src/protocol/dashboard/types';
import type { ChartPoint, Plot, PlotSeries } from '../state/model';
import { isShown, type Preferences } from '../state/preferences';

export type ChartTheme = {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly hover: string;
  readonly hoverBorder: string;
  readonly font: string;
  readonly colours: Readonly<Record<Colour, string>>;
  readonly isHighContrast: boolean;
};

/** A chart as data: everything that decides what is drawn, and nothing of the library that draws it. */
export type ChartSpec = {
  readonly lines: readonly LineSpec[];
  readonly x: { readonly min: number; readonly max: number; readonly kind: XKind };
  readonly y: {
    readonly log: boolean;
    readonly top?: number;
    readonly bottom?: number;
    /** Number of ticks, if the library's own choice would leave an odd one at the top. */
    readonly ticks?: number;
  };
  readonly band?: {
    readonly from: number;
    readonly to: number;
    readonly label: string;
    readonly colour: string;
  };
  readonly marks: readonly { readonly x: number; readonly label: string }[];
  readonly theme: ChartTheme;
  readonly formatY: (value: number) => string;
};
/** `assumed step`: of a run whose length is assumed. */
export type XKind = 'step' | 'assumed step' | 'epoch' | 'time' | 'share';

export type LineSpec = {
  readonly key: string;
  readonly label: string;
  readonly points: ChartPoint[];
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
  /** Radius of a point; 0 draws the line alone. */
  readonly radius: number;
  readonly star: boolean;
  readonly hidden: boolean;
  /** Drawn last is on top. */
  readonly order: number;
  /** Named in the tooltip. */
  readonly inTooltip: boolean;
};

type LineStyle = Pick<LineSpec, 'width' | 'dash' | 'radius' | 'star' | 'order' | 'inTooltip'> & {
  readonly alpha: number;
};

export const STYLES: Readonly<Record<SeriesRole, LineStyle>> = {
  raw: { width: 1, dash: [], radius: 0, star: false, order: 5, inTooltip: false, alpha: 0.3 },
  planned: { width: 1.25, dash: [5, 4], radius: 0, star: false, order: 4, inTooltip: true, alpha: 0.9 },
  dotted: { width: 1.25, dash: [2, 3], radius: 0, star: false, order: 4, inTooltip: true, alpha: 0.85 },
  line: { width: 1.75, dash: [], radius: 0, star: false, order: 2, inTooltip: true, alpha: 1 },
  smooth: { width: 1.75, dash: [], radius: 0, star: false, order: 2, inTooltip: true, alpha: 1 },
  points: { width: 0, dash: [], radius: 2.25, star: false, order: 1, inTooltip: true, alpha: 1 },
  best: { width: 0, dash: [], radius: 5, star: true, order: 0, inTooltip: false, alpha: 1 },
};

/** High contrast has no faint lines: background lines are distinguished by width and dash alone. */
const contrasting = (style: LineStyle): LineStyle => ({
  ...style,
  width: style.width * 1.25,
  alpha: Math.max(style.alpha, 0.6),
});

export function chartSpec(plot: Plot, preferences: Preferences, theme: ChartTheme): ChartSpec {
  return {
    lines: plot.series.map((series) => lineSpec(plot, series, preferences, theme)),
    x: { min: plot.from, max: plot.to, kind: xKindOf(plot, preferences) },
    y: { log: preferences.logY[plot.id] === true, ...yRange(plot, preferences) },
    band: plot.band && {
      ...plot.band,
      colour: withAlpha(theme.colours.blue, theme.isHighContrast ? 0.3 : 0.1),
    },
    marks: plot.marks,
    theme,
    formatY: plot.unit === 'rate' ? formatRate : (value) => formatValue(value),
  };
}

export function xKindOf({ id, assumed }: Pick<Plot, 'id' | 'assumed'>, { axis }: Preferences): XKind {
  if (id === 'curves') return 'share';
  return assumed && axis === 'step' ? 'assumed step' : axis;
}

function lineSpec(plot: Plot, series: PlotSeries, preferences: Preferences, theme: ChartTheme): LineSpec {
  const plain = STYLES[series.role];
  const { alpha, ...style } = theme.isHighContrast ? contrasting(plain) : plain;
  // One checkpoint does not make a line: it is drawn as a dot.
  const isDense = series.role === 'points' && series.points.length > MOST_DOTS;
  const isLonePoint = series.role === 'line' && plot.unit !== 'rate' && series.points.length === 1;
  return {
    ...style,
    // For a group that is hidden at first the legend names both lines, the tooltip only the applied one.
    inTooltip: style.inTooltip && !(series.role === 'planned' && series.optional === true),
    ...(isDense ? { width: 1, radius: 0 } : {}),
    ...(isLonePoint ? { radius: 2.25 } : {}),
    key: series.key,
    label: series.label,
    points: series.points,
    colour: withAlpha(theme.colours[series.colour], isDense ? alpha * DENSE_ALPHA : alpha),
    hidden: !isShown(preferences, plot.id, series),
  };
}

/** More dots than this run into each other at the width of half an editor: a thin line then replaces them. */
const MOST_DOTS = 80;
const DENSE_ALPHA = 0.55;

function yRange(plot: Plot, preferences: Preferences): { bottom?: number; top?: number; ticks?: number } {
  if (plot.unit === 'share') return shareRange(plot, preferences);
  return plot.id === 'loss' ? explosionTop(plot) : {};
}

/** A loss that blows up leaves through the top, instead of pressing all that came before onto the floor. */
function explosionTop(plot: Plot): { top?: number } {
  const values = (plot.series.find((s) => s.role === 'smooth')?.points ?? [])
    .map(({ y }) => y)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const typical = values[Math.floor(values.length * TYPICAL_SHARE)] ?? 0;
  return typical > 0 && (values.at(-1) ?? 0) > EXPLOSION * typical
    ? { top: Number((2 * typical).toPrecision(1)) }
    : {};
}

const TYPICAL_SHARE = 0.8;
const EXPLOSION = 8;

/**
 * Shares fill the chart: the last points of mAP are the ones to read. From 0 to 1 on request, and for curves over
 * recall.
 */
function shareRange(plot: Plot, preferences: Preferences): { bottom: number; top: number; ticks: number } {
  const values = plot.series
    .filter((series) => isShown(preferences, plot.id, series))
    .flatMap((series) => series.points.map(({ y }) => y))
    .filter(Number.isFinite);
  if (plot.id === 'curves' || preferences.wholeY[plot.id] === true || values.length === 0) return WHOLE;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = SHARE_STEPS.find((size) => high - low <= 4 * size) ?? 0.25;
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.min(1, Math.ceil(high / step) * step), bottom + step);
  return { bottom: rounded(bottom), top: rounded(top), ticks: Math.round((top - bottom) / step) + 1 };
}

const WHOLE = { bottom: 0, top: 1, ticks: 3 };
const SHARE_STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const rounded = (share: number): number => Number(share.toFixed(6));

/** A colour of the theme with an alpha; one that is not #rrggbb is left to color-mix. */
export function withAlpha(colour: string, alpha: number): string {
  if (alpha >= 1) return colour;
  const hex = /^#([0-9a-f]{6})([0-9a-f]{2})?$/i.exec(colour);
  if (!hex) return `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;
  const own = hex[2] === undefined ? 1 : Number.parseInt(hex[2], 16) / 255;
  return `#${hex[1]}${Math.round(own * alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}

/** As many rows as a person can read through; the CSV has all points. */
const TABLE_ROWS = 100;

type PlotTable = { readonly head: readonly string[]; readonly rows: readonly (readonly number[])[] };

/** The shown series of a chart side by side, one row for each x; NaN if a series has no value. */
export function tableOf(plot: Plot, preferences: Preferences, xLabel: string): PlotTable {
  const series = plot.series.filter((s) => s.role !== 'best' && isShown(preferences, plot.id, s));
  const xs = [...new Set(series.flatMap((s) => s.points.map((p) => p.x)))].sort((a, b) => a - b);
  const columns = series.map((s) => new Map(s.points.map((p) => [p.x, p.y])));
  return {
    head: [xLabel, ...series.map(columnName)],
    rows: xs.map((x) => [x, ...columns.map((column) => column.get(x) ?? Number.NaN)]),
  };
}

const columnName = (series: PlotSeries): string =>
  series.role === 'raw' ? `${series.label} (raw)` : series.label;

/** An even choice of rows, the first and the last among them. */
export function someRows(table: PlotTable): PlotTable {
  if (table.rows.length <= TABLE_ROWS) return table;
  const stride = (table.rows.length - 1) / (TABLE_ROWS - 1);
  return { ...table, rows: Array.from({ length: TABLE_ROWS }, (_, i) => table.rows[Math.round(i * stride)]) };
}
