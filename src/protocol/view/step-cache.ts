import { Column } from '../../domain/run/columns';
import { createSmoother, type Smoother } from '../../domain/view/smooth';
import type { RunState } from '../run-state';
import type { Axis } from './axis';
import type { XAxis } from './types';

/** Columns that are derived from a run's raw ones and grow with them, so that an append costs what it adds. */
export type StepCache = {
  /** Brings the columns up to date. False: rows were dropped or the settings changed, and all is new. */
  update(state: RunState, axis: Axis, settings: CacheSettings): boolean;
  x(): Float64Array;
  smoothed(key: string): Float64Array;
};

export type CacheSettings = { readonly axis: XAxis; readonly smoothing: number };

/** Key of the smoothed images per second, which no loss is called. */
export const SPEED = 'images per second';

export function createStepCache(): StepCache {
  let key = '';
  let steps: RunState['steps'] | undefined;
  let x = new Column();
  let smoothed = new Map<string, { column: Column; smoother: Smoother }>();

  const reset = (next: string): void => {
    key = next;
    x = new Column();
    smoothed = new Map();
  };
  const extendSmooth = (name: string, raw: Column, smoothing: number): void => {
    const entry = smoothed.get(name) ?? { column: new Column(), smoother: createSmoother(smoothing) };
    smoothed.set(name, entry);
    for (let row = entry.column.length; row < raw.length; row++)
      entry.column.push(entry.smoother.push(raw.at(row)));
  };
  return {
    update(state, axis, settings) {
      const next = cacheKey(state, settings);
      const kept = next === key && state.steps === steps && state.steps.step.length >= x.length;
      if (!kept) reset(next);
      steps = state.steps;
      for (let row = x.length; row < state.steps.step.length; row++) x.push(axis.ofRow(row));
      for (const [name, raw] of state.steps.loss) extendSmooth(name, raw, settings.smoothing);
      extendSmooth(SPEED, state.steps.ips, settings.smoothing);
      return kept;
    },
    x: () => x.view(),
    smoothed: (name) => smoothed.get(name)?.column.view() ?? new Float64Array(0),
  };
}

// A new attempt drops rows; a new plan moves every epoch.
function cacheKey(state: RunState, { axis, smoothing }: CacheSettings): string {
  return [axis, smoothing, state.hello?.attempt, axis === 'epoch' ? state.plan?.stepsPerEpoch : ''].join(' ');
}
