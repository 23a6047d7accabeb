import type { Translate } from '../../base/translate';
import type { Points } from '../../domain/display/thin';
import type { RunState } from '../../run/state';
import { type Axis, createAxis, niceCeil } from './axis';
import type { PlannedCurve, ViewInput } from './input';
import type { StepCache } from './step-cache';
import type { ChartLens, Colour, SeriesRole, XAxis } from './types';

export type ChartContext = {
  readonly state: RunState;
  readonly planned: PlannedCurve | undefined;
  /** Changes when the planned curve does. */
  readonly plannedVersion: number;
  readonly axis: Axis;
  readonly cache: StepCache;
  readonly t: Translate;
  readonly axisName: XAxis;
  /** A second run, drawn beside the first. */
  readonly other?: ViewInput;
  readonly otherCache: StepCache;
  /** The part of the chart that is shown. */
  readonly lens: ChartLens;
};

export type SeriesHead = {
  readonly key: string;
  readonly label: string;
  readonly role: SeriesRole;
  readonly colour: Colour;
  readonly optional?: boolean;
};

/**
 * A series before thinning. A `steps` series has a value a row and is thinned or appended to; a `points` series is
 * small, and is made again only when its stamp changes.
 */
export type SeriesDraft = SeriesHead &
  (
    | { readonly kind: 'steps'; readonly y: Float64Array }
    | { readonly kind: 'points'; readonly stamp: string; readonly points: () => Points }
  );

// While a run is young the charts show a sixteenth of it, then an eighth ...: trouble shows in the first epochs.
const PARTS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/** The x range of a chart: the zoom, else the part of the run that holds its data so far. */
export function visibleRange(context: ChartContext): { from: number; to: number } {
  if (context.other) return wholeRange(context);
  const { lens, axis, cache } = context;
  const x = cache.x();
  const soFar = x.length === 0 ? 0 : x[x.length - 1];
  const part = PARTS.find((p) => soFar <= axis.end * p) ?? 1;
  const to = Math.max(Math.min(axis.end, niceCeil(axis.end * part)), soFar);
  return { from: lens.from ?? 0, to: lens.to ?? (to > 0 ? to : 1) };
}

/** The x range of a chart that shows the whole run from the start; of two runs, the longer. */
export function wholeRange({ lens, axis, axisName, other }: ChartContext): { from: number; to: number } {
  const end = Math.max(axis.end, other ? createAxis(axisName, other).end : 0);
  return { from: lens.from ?? 0, to: lens.to ?? (end > 0 ? end : 1) };
}
