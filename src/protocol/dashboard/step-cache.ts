import { createSmoother, type Smoother } from '../../domain/display/smooth';
import { Column, withRoom } from '../../domain/run/columns';
import type { RunState } from '../../run/state';
import type { Axis } from './axis';
import type { XAxis } from './types';

/** Columns that are derived from a run's raw ones and grow with them, so that an append costs what it adds. */
export type StepCache = {
  /** Brings the columns up to date, by at most ROWS_AT_ONCE rows. */
  update(state: RunState, axis: Axis, settings: CacheSettings): CacheProgress;
  x(): Float64Array;
  smoothed(key: string): Float64Array;
};

export type CacheProgress = {
  /** Rows were dropped or the settings changed: everything is computed anew. */
  readonly isNew: boolean;
  /** True if there are no rows left to read. */
  readonly isComplete: boolean;
};

/** A million rows are read in pieces, so that a host's event loop is never blocked for long. */
export const ROWS_AT_ONCE = 100_000;

export type CacheSettings = { readonly axis: XAxis; readonly smoothing: number };

/** Key of the smoothed images per second, which no loss has. */
export const SPEED = 'images per second';

export function createStepCache(): StepCache {
  let key = '';
  let steps: RunState['steps'] | undefined;
  let x = new Column();
  let smoothed = new Map<string, { column: Column; smoother: Smoother }>();

  const reset = (next: string, rows: number): void => {
    key = next;
    x = new Column(withRoom(rows));
    smoothed = new Map();
  };
  const extendSmooth = (
    name: string,
    raw: Column,
    { smoothing, end }: { smoothing: number; end: number },
  ): void => {
    const entry = smoothed.get(name) ?? {
      column: new Column(withRoom(raw.length)),
      smoother: createSmoother(smoothing),
    };
    smoothed.set(name, entry);
    const values = raw.view().subarray(0, end);
    const from = entry.column.length;
    entry.smoother.extend(values, entry.column.extend(values.length), from);
  };
  return {
    update(state, axis, settings) {
      const next = cacheKey(state, settings);
      const rows = state.steps.step.length;
      const isNew = next !== key || state.steps !== steps || rows < x.length;
      if (isNew) reset(next, rows);
      steps = state.steps;
      const end = Math.min(rows, x.length + ROWS_AT_ONCE);
      const piece = { smoothing: settings.smoothing, end };
      const from = x.length;
      const values = x.extend(end);
      for (let row = from; row < end; row++) values[row] = axis.ofRow(row);
      for (const [name, raw] of state.steps.loss) extendSmooth(name, raw, piece);
      extendSmooth(SPEED, state.steps.ips, piece);
      return { isNew, isComplete: end === rows };
    },
    x: () => x.view(),
    smoothed: (name) => smoothed.get(name)?.column.view() ?? new Float64Array(0),
  };
}

// A new attempt drops rows, as does an epoch that is done again; a new plan moves every epoch.
function cacheKey(state: RunState, { axis, smoothing }: CacheSettings): string {
  const { truncations } = state.steps.step;
  return [axis, smoothing, truncations, axis === 'epoch' ? state.plan?.stepsPerEpoch : ''].join(' ');
}
