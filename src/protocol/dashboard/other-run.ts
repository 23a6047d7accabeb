import { type Points, thin } from '../../domain/display/thin';
import type { RunState } from '../../run/state';
import type { Validation } from '../../run/validation';
import { createAxis } from './axis';
import type { ChartContext, SeriesDraft, SeriesHead } from './chart-context';
import type { ViewInput } from './input';
import type { StepCache } from './step-cache';

// Two runs in one chart: one line each, named after the run, in two colours that colour-blind people can tell apart.

/** A value for each row of a run. */
type RowsOf = (state: RunState, cache: StepCache) => Float64Array | undefined;

/** How the first of two compared runs is drawn. */
export const firstHead = (context: Pick<ViewInput, 'state'>): SeriesHead => ({
  key: 'first',
  label: nameOf(context),
  role: 'line',
  colour: 'blue',
});

/** A per-step series of both runs from `from` to `to`; empty for a run that has none. */
export function bothSteps(
  context: ChartContext,
  rows: RowsOf,
  { from, to }: { readonly from: number; readonly to: number },
): SeriesDraft[] {
  const { cache, otherCache, other } = context;
  const y = rows(context.state, cache);
  const own: SeriesDraft[] = y ? [{ ...firstHead(context), kind: 'steps', y }] : [];
  const otherY = other && rows(other.state, otherCache);
  if (!other || !otherY) return own;
  const points = (): Points =>
    thin({ x: otherCache.x(), y: otherY }, { from, to, buckets: Math.ceil(context.lens.width / 2) });
  return [...own, { ...otherHead(context, other), kind: 'points', stamp: String(otherY.length), points }];
}

/** A per-checkpoint series of both runs; empty if there is only one run. */
export function bothCheckpoints(context: ChartContext, read: (v: Validation) => number): SeriesDraft[] {
  const { other } = context;
  if (!other) return [];
  return [
    { ...firstHead(context), ...checkpoints(context, context, read) },
    { ...otherHead(context, other), ...checkpoints(context, other, read) },
  ];
}

function checkpoints(
  { axisName }: ChartContext,
  run: Pick<ViewInput, 'state' | 'planned'>,
  read: (v: Validation) => number,
) {
  const validations = [...run.state.validations.values()];
  const axis = createAxis(axisName, run);
  const points = (): Points => ({
    x: Float64Array.from(validations, (v) => axis.ofStep(v.step)),
    y: Float64Array.from(validations, read),
  });
  return { kind: 'points', stamp: validations.map((v) => v.t).join(), points } as const;
}

export const nameOf = ({ state }: Pick<ViewInput, 'state'>): string =>
  state.meta.title ?? state.run?.name ?? '';

/** The second run's name, made different from the first's. */
export function otherName(first: Pick<ViewInput, 'state'>, other: Pick<ViewInput, 'state'>): string {
  const name = nameOf(other);
  return name === nameOf(first) ? `${name} (2)` : name;
}

const otherHead = (context: ChartContext, other: ViewInput): SeriesHead => ({
  key: 'other',
  label: otherName(context, other),
  role: 'line',
  colour: 'yellow',
});
