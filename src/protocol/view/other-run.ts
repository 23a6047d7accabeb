import { createSmoother } from '../../domain/view/smooth';
import { type Points, thin } from '../../domain/view/thin';
import type { RunState } from '../run-state';
import { createAxis } from './axis';
import type { ChartContext, SeriesDraft } from './chart-context';
import type { ViewInput } from './input';
import type { Colour } from './types';

/** The second run's lines are all of one colour, which no line of the first has. */
const COLOUR: Colour = 'red';

type Rows = (state: RunState) => Float64Array | undefined;

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
    const smoother = createSmoother(context.smoothing);
    const y = smoothed ? values.map((value) => smoother.push(value)) : values;
    return thin({ x, y }, { from, to, buckets: Math.ceil(context.lens.width / 2) });
  };
  return [{ ...head(other), kind: 'points', stamp: `${values.length} ${context.smoothing}`, points }];
}

/** A per-checkpoint series of the run that is compared with. */
export function otherCheckpoints(context: ChartContext, read: (v: { map: number }) => number): SeriesDraft[] {
  const { other } = context;
  if (!other) return [];
  const validations = [...other.state.validations.values()];
  const axis = createAxis(context.axisName, other);
  const points = (): Points => ({
    x: Float64Array.from(validations, (v) => axis.ofStep(v.step)),
    y: Float64Array.from(validations, read),
  });
  return [{ ...head(other), kind: 'points', stamp: validations.map((v) => v.t).join(), points }];
}

export const nameOf = ({ state }: Pick<ViewInput, 'state'>): string =>
  state.meta.title ?? state.run?.name ?? '';

const head = (other: ViewInput) =>
  ({ key: 'other', label: nameOf(other), role: 'line', colour: COLOUR }) as const;
