import { thin } from '../../domain/display/thin';
import type { ChartUpdate, SeriesAppend } from '../webview';
import type { ChartContext, SeriesDraft } from './chart-context';
import type { ChartView, SeriesView } from './types';

/**
 * A chart is thinned to about one point a pixel and appended to until it has this many. Chart.js bears four
 * (Chart.js#3410), but lays every point out anew at each update.
 */
const POINTS_PER_PIXEL = 2;
const PIXELS_PER_BUCKET = 2;

/** Remembers what a page has of one chart and sends what it lacks. */
export type ChartSender = {
  update(context: ChartContext, draft: ChartView<SeriesDraft>): ChartUpdate | undefined;
};

export function createChartSender(): ChartSender {
  let shape = '';
  let summary = '';
  let rows = 0;
  let longest = 0;

  const replace = (context: ChartContext, draft: ChartView<SeriesDraft>): ChartUpdate => {
    const chart = drawn(draft, context);
    const perStep = chart.series.filter((_, i) => draft.series[i].kind === 'steps');
    longest = Math.max(0, ...perStep.map((s) => s.x.length));
    return { kind: 'replace', chart };
  };
  const append = (context: ChartContext, draft: ChartView<SeriesDraft>): ChartUpdate | undefined => {
    const added = context.cache.x().length - rows;
    const series = added === 0 ? [] : draft.series.flatMap((s) => tailOf(context, s, rows));
    if (series.length === 0 && draft.summary === summary) return undefined;
    longest += added;
    return { kind: 'append', id: draft.id, summary: draft.summary, series };
  };
  return {
    update(context, draft) {
      const nextShape = shapeOf(draft);
      const hasRoom = longest + context.cache.x().length - rows <= POINTS_PER_PIXEL * context.lens.width;
      const update = nextShape === shape && hasRoom ? append(context, draft) : replace(context, draft);
      shape = nextShape;
      summary = draft.summary;
      rows = context.cache.x().length;
      return update;
    },
  };
}

/** The parts of a chart that an append cannot change. */
function shapeOf({ summary: _, ...draft }: ChartView<SeriesDraft>): string {
  const series = draft.series.map((s) => (s.kind === 'steps' ? { ...s, y: 0 } : { ...s, points: 0 }));
  return JSON.stringify({ ...draft, series });
}

function drawn(draft: ChartView<SeriesDraft>, context: ChartContext): ChartView {
  return { ...draft, series: draft.series.map((s) => drawnSeries(s, draft, context)) };
}

function drawnSeries(
  { key, label, role, colour, optional, ...data }: SeriesDraft,
  { from, to }: ChartView<SeriesDraft>,
  context: ChartContext,
): SeriesView {
  const points =
    data.kind === 'points'
      ? data.points()
      : thin(
          { x: context.cache.x(), y: data.y },
          { from, to, buckets: Math.ceil(context.lens.width / PIXELS_PER_BUCKET) },
        );
  return { key, label, role, colour, optional, ...points };
}

function tailOf(context: ChartContext, series: SeriesDraft, rows: number): SeriesAppend[] {
  if (series.kind === 'points') return [];
  const y = series.y.slice(rows).map((v) => (Number.isFinite(v) ? v : Number.NaN));
  return [{ key: series.key, x: context.cache.x().slice(rows), y }];
}
