import type { ChartView, Sections, SeriesView } from '../../src/protocol/dashboard/types';
import type { ChartUpdate, SeriesAppend, ViewUpdate } from '../../src/protocol/webview';

export type ChartPoint = { x: number; y: number };
/** A series whose points grow in place. */
export type PlotSeries = Omit<SeriesView, 'x' | 'y'> & { readonly points: ChartPoint[] };
export type Plot = ChartView<PlotSeries>;

export type PageModel = {
  readonly seq: number;
  readonly sections: Partial<Sections>;
  readonly plots: ReadonlyMap<string, Plot>;
};

export const emptyModel: PageModel = { seq: -1, sections: {}, plots: new Map() };

/** The next model, or undefined if an update is missing and the page must open again. */
export function applyUpdate(model: PageModel, update: ViewUpdate): PageModel | undefined {
  if (!update.reset && update.seq !== model.seq + 1) return undefined;
  const before = update.reset ? emptyModel : model;
  const plots = new Map(before.plots);
  for (const change of update.charts) applyChart(plots, change);
  return { seq: update.seq, sections: { ...before.sections, ...update.sections }, plots };
}

function applyChart(plots: Map<string, Plot>, change: ChartUpdate): void {
  if (change.kind === 'replace') {
    plots.set(change.chart.id, toPlot(change.chart));
    return;
  }
  const plot = plots.get(change.id);
  if (!plot) return;
  for (const tail of change.series) append(plot, tail);
  plots.set(change.id, { ...plot, summary: change.summary });
}

export function toPlot(chart: ChartView): Plot {
  const series = chart.series.map(({ x, y, ...head }) => ({ ...head, points: zip(x, y) }));
  return { ...chart, series };
}

function append(plot: Plot, { key, x, y }: SeriesAppend): void {
  plot.series.find((s) => s.key === key)?.points.push(...zip(x, y));
}

function zip(x: Float64Array, y: Float64Array): ChartPoint[] {
  return Array.from(x, (value, i) => ({ x: value, y: y[i] }));
}
