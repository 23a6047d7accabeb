import { smooth } from '../../domain/view/smooth';
import { type Points, thin } from '../../domain/view/thin';
import type { RunState } from '../run-state';
import type { Validated } from '../validation';
import { createAxis } from './axis';
import type { ChartContext, SeriesDraft, SeriesHead } from './chart-context';
import type { ViewInput } from './input';

// Two runs in one chart: one line each, named after the run, of two colours that stay apart for colour-blind eyes too.

type Rows = (state: RunState) => Float64Array | undefined;

/** How the first of two compared runs is drawn. */
export const firstHead = (context: Pick<ViewInput, 'state'>): SeriesHead => ({
  key: 'first',
  label: nameOf(context),
  role: 'line',
  colour: 'blue',
});

/** A per-step series of the run that is compared with; nothing where there is none. */
export function otherSteps(
  context: ChartContext,
  rows: Rows,
  { from, to, smoothed }: { readonly from: number; readonly to: number; readonly smoothed?: boolean },
): SeriesDraft[] {
  const { other } = context;
  const values = other && rows(other.state);
  if (!other || !values) return [];
  const points = (): Points => {
    const axis = createAxis(context.axisName, other);
    const x = Float64Array.from(values, (_, row) => axis.ofRow(row));
    const y = smoothed ? smooth(values, context.smoothing) : values;
    return thin({ x, y }, { from, to, buckets: Math.ceil(context.lens.width / 2) });
  };
  const stamp = `${values.length} ${context.smoothing}`;
  return [{ ...otherHead(context, other), kind: 'points', stamp, points }];
}

/** A per-checkpoint series of both runs; nothing where there is only one. */
export function bothCheckpoints(context: ChartContext, read: (v: Validated) => number): SeriesDraft[] {
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
  read: (v: Validated) => number,
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

/** The second run's name, told apart from the first's. */
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
