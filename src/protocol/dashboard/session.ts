import { thin } from '../../domain/display/thin';
import type { ChartUpdate, SeriesAppend, ViewUpdate } from '../webview';
import { type Axis, createAxis } from './axis';
import type { ChartContext, SeriesDraft } from './chart-context';
import { mapChart, precisionRecallChart, timingChart } from './checkpoint-charts';
import { gpuChart } from './gpu-chart';
import type { PlannedCurve, ViewInput } from './input';
import { lrChart } from './lr-chart';
import { movingSections, restingSections } from './sections';
import { createStepCache, ROWS_AT_ONCE } from './step-cache';
import { lossChart, speedChart } from './step-charts';
import { CHART_IDS, type ChartId, type ChartView, type Lens, type Sections, type SeriesView } from './types';

const BUILDERS: Readonly<Record<ChartId, (context: ChartContext) => ChartView<SeriesDraft>>> = {
  lr: lrChart,
  loss: lossChart,
  map: mapChart,
  pr: precisionRecallChart,
  timing: timingChart,
  speed: speedChart,
  gpu: gpuChart,
};

/**
 * One page's view of one run: returns what changed since the last call. Everything it holds can be lost and rebuilt. An
 * update costs what was added, not what there is; a chart is thinned anew only when it has grown too dense.
 */
export type ViewSession = {
  /** The page starts anew: what was sent is forgotten, the next update is a reset. */
  open(lens: Lens): void;
  setLens(lens: Lens): void;
  /** Undefined if nothing changed. */
  update(input: ViewInput): ViewUpdate | undefined;
  /** A long run is sent in several updates: call again at once, after the host's event loop had a turn. */
  readonly isPending: boolean;
};

export function createViewSession(): ViewSession {
  const cache = createStepCache();
  const otherCache = createStepCache();
  const sections = createSectionSender();
  const senders = new Map<ChartId, ChartSender>();
  const plans = createVersions();
  let lens: Lens = { axis: 'epoch', smoothing: 0.9, charts: {}, rows: 0 };
  let seq = 0;
  let isPending = false;

  const chartUpdate = (id: ChartId, context: ChartContext): ChartUpdate[] => {
    const sender = senders.get(id) ?? createChartSender();
    senders.set(id, sender);
    const update = sender.update(context, BUILDERS[id](context));
    return update ? [update] : [];
  };
  const chartUpdates = (input: ViewInput): ChartUpdate[] => {
    isPending = false;
    // A page without charts, such as the side panel, costs nothing however long the run is.
    if (Object.keys(lens.charts).length === 0) return [];
    const axis = createAxis(lens.axis, input);
    isPending = !cacheSteps(input, axis);
    if (isPending) return [];
    const plannedVersion = plans.of(input.planned);
    const shared = { plannedVersion, axis, cache, otherCache, axisName: lens.axis };
    return collectCharts((id) => {
      const own = lens.charts[id];
      return own ? chartUpdate(id, { ...input, ...shared, lens: own }) : [];
    });
  };
  /** True when all rows of both runs are read. */
  const cacheSteps = ({ state, other }: ViewInput, axis: Axis): boolean => {
    const own = cache.update(state, axis, lens);
    const others = other && otherCache.update(other.state, createAxis(lens.axis, other), lens);
    if (own.isNew || others?.isNew) senders.clear();
    return own.isComplete && others?.isComplete !== false;
  };
  /** Thinning a long run's chart anew takes milliseconds: one of them an update is enough. */
  const collectCharts = (updateOf: (id: ChartId) => ChartUpdate[]): ChartUpdate[] => {
    const isLong = Math.max(cache.x().length, otherCache.x().length) > ROWS_AT_ONCE;
    const updates: ChartUpdate[] = [];
    for (const id of CHART_IDS) {
      isPending = isLong && updates.some((update) => update.kind === 'replace');
      if (isPending) return updates;
      updates.push(...updateOf(id));
    }
    return updates;
  };
  return {
    get isPending() {
      return isPending;
    },
    open(next) {
      lens = next;
      seq = 0;
      sections.clear();
      senders.clear();
    },
    setLens(next) {
      for (const id of CHART_IDS) if (!sameLens(lens.charts[id], next.charts[id])) senders.delete(id);
      lens = next;
    },
    update(input) {
      const reset = seq === 0;
      const charts = chartUpdates(input);
      // Between two pieces of a long run, everything else can wait for the last piece.
      if (isPending && !reset && charts.length === 0) return undefined;
      const changed = sections.changed(input, lens.rows);
      if (!reset && charts.length === 0 && Object.keys(changed).length === 0) return undefined;
      return { seq: seq++, reset, sections: changed, charts };
    },
  };
}

function sameLens(a: Lens['charts'][ChartId], b: Lens['charts'][ChartId]): boolean {
  return a?.width === b?.width && a?.from === b?.from && a?.to === b?.to;
}

type SectionSender = { changed(input: ViewInput, rows: number): Partial<Sections>; clear(): void };

function createSectionSender(): SectionSender {
  const sent = new Map<string, string>();
  let rested: readonly unknown[] = [];
  /** Steps alone do not change state and status. */
  const hasRested = ({ state, other, presence }: ViewInput, rows: number): boolean => {
    const now = [state, other?.state, presence?.state, rows];
    const same = now.every((value, i) => value === rested[i]) && rested.length > 0;
    rested = now;
    return same;
  };
  return {
    changed(input, rows) {
      const resting = hasRested(input, rows) ? {} : restingSections(input, rows);
      const sections = { ...movingSections(input), ...resting };
      const fresh = Object.entries(sections).filter(([name, value]) => {
        const text = JSON.stringify(value);
        const isNew = sent.get(name) !== text;
        sent.set(name, text);
        return isNew;
      });
      return Object.fromEntries(fresh);
    },
    clear() {
      sent.clear();
      rested = [];
    },
  };
}

/** Counts how often a value was replaced. */
function createVersions(): { of(value: PlannedCurve | undefined): number } {
  let last: PlannedCurve | undefined;
  let version = 0;
  return {
    of(value) {
      if (value !== last) version++;
      last = value;
      return version;
    },
  };
}

/**
 * A chart is thinned to about one point a pixel and appended to until it has this many. Chart.js bears four
 * (Chart.js#3410), but lays every point out anew at each update.
 */
const POINTS_PER_PIXEL = 2;
const PIXELS_PER_BUCKET = 2;

/** Remembers what a page has of one chart and sends what it lacks. */
type ChartSender = {
  update(context: ChartContext, draft: ChartView<SeriesDraft>): ChartUpdate | undefined;
};

function createChartSender(): ChartSender {
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
