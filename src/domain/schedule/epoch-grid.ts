import type { Schedule, WarmupParts } from './types';

/**
 * From a step on, an epoch has so many steps. A run whose training set changed while it was paused continues with
 * longer or shorter epochs: step numbers continue, so that no step that was made loses its number.
 */
export type EpochStretch = {
  /** First step of the stretch. */
  readonly fromStep: number;
  /** Epoch, from 1, that this step begins. */
  readonly fromEpoch: number;
  readonly stepsPerEpoch: number;
};

/** Ascending; the first begins with step 0. */
export type EpochGrid = readonly [EpochStretch, ...EpochStretch[]];

export const evenGrid = (stepsPerEpoch: number): EpochGrid => [{ fromStep: 0, fromEpoch: 1, stepsPerEpoch }];

export type StepPlace = {
  readonly epoch: number;
  /** Steps of the epoch before this one. */
  readonly inEpoch: number;
  readonly isLast: boolean;
};

const stretchAt = (grid: EpochGrid, step: number): EpochStretch =>
  grid.findLast(({ fromStep }) => fromStep <= step) ?? grid[0];

export function placeOf(grid: EpochGrid, step: number): StepPlace {
  const { fromStep, fromEpoch, stepsPerEpoch } = stretchAt(grid, step);
  const inEpoch = (step - fromStep) % stepsPerEpoch;
  const epoch = fromEpoch + Math.floor((step - fromStep) / stepsPerEpoch);
  return { epoch, inEpoch, isLast: inEpoch === stepsPerEpoch - 1 };
}

/** Steps of a run of so many epochs. */
export function stepsIn(grid: EpochGrid, epochs: number): number {
  const { fromStep, fromEpoch, stepsPerEpoch } = grid[grid.length - 1];
  return fromStep + Math.max(0, epochs - fromEpoch + 1) * stepsPerEpoch;
}

/** The number that a step would have if all epochs had been as long as its own. */
export function evenStep(grid: EpochGrid, step: number): number {
  const { fromStep, fromEpoch, stepsPerEpoch } = stretchAt(grid, step);
  return step - fromStep + (fromEpoch - 1) * stepsPerEpoch;
}

/** Epochs, also parts of one, that so many steps make. */
export function epochsUntil(grid: EpochGrid, steps: number): number {
  const { fromStep, fromEpoch, stepsPerEpoch } = stretchAt(grid, steps - 1);
  return fromEpoch - 1 + (steps - fromStep) / stepsPerEpoch;
}

/** The schedule of a run whose epochs changed their length; `evenly` gives the schedule of a run of one length. */
export function scheduleOnGrid(
  grid: EpochGrid,
  epochs: number,
  evenly: (stepsPerEpoch: number) => Schedule,
): Schedule {
  const schedules = grid.map(({ stepsPerEpoch }) => evenly(stepsPerEpoch));
  const last = schedules[schedules.length - 1];
  if (grid.length === 1) return last;
  const of = (step: number): Schedule => schedules[grid.indexOf(stretchAt(grid, step))];
  const steps = stepsIn(grid, epochs);
  return {
    ...last,
    steps,
    fallsFrom: undefined,
    warmupSteps: firstCold(steps, (step) => evenStep(grid, step) >= of(step).warmupSteps),
    lrAt: (step, group) => of(step).lrAt(evenStep(grid, step), group),
    ...(last.warmup && { warmup: warmupOnGrid(grid, last.warmup, (step) => of(step).warmup) }),
    momentumAt: (step) => of(step).momentumAt(evenStep(grid, step)),
    accumulateAt: (step) => of(step).accumulateAt(evenStep(grid, step)),
  };
}

function warmupOnGrid(
  grid: EpochGrid,
  last: WarmupParts,
  of: (step: number) => WarmupParts | undefined,
): WarmupParts {
  const at = (step: number): WarmupParts => of(step) ?? last;
  return {
    sharesAt: (step) => at(step).sharesAt(evenStep(grid, step)),
    startOf: (group) => last.startOf(group),
    targetAt: (step, group) => at(step).targetAt(evenStep(grid, step), group),
  };
}

/** The first step after the warm-up. */
function firstCold(steps: number, isCold: (step: number) => boolean): number {
  for (let step = 0; step < steps; step++) if (isCold(step)) return step;
  return steps;
}
