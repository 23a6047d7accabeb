import type { Plot, PlotSeries } from '../state/model';
import { isShown, type Preferences } from '../state/preferences';

/** As many rows as a person can read through; the CSV has all points. */
const TABLE_ROWS = 100;

export type PlotTable = { readonly head: readonly string[]; readonly rows: readonly (readonly number[])[] };

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

export function toCsv(table: PlotTable): string {
  const cell = (value: number): string => (Number.isNaN(value) ? '' : String(value));
  const lines = [table.head.map(quote).join(','), ...table.rows.map((row) => row.map(cell).join(','))];
  return `${lines.join('\n')}\n`;
}

const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
