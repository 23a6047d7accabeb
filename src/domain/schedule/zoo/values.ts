import type { Schedule } from '../types';

export type ValueSchedule = {
  readonly groups?: readonly string[];
  readonly stepsPerEpoch?: number;
  readonly warmupSteps?: number;
  readonly unit?: Schedule['unit'];
  readonly momentum?: ArrayLike<number>;
};

/** A schedule whose values were computed beforehand, one array per group. */
export function scheduleOfValues(
  values: readonly ArrayLike<number>[],
  options: ValueSchedule = {},
): Schedule {
  const steps = values[0]?.length ?? 0;
  const { momentum } = options;
  return {
    steps,
    stepsPerEpoch: options.stepsPerEpoch ?? steps,
    warmupSteps: options.warmupSteps ?? risingSteps(values[0] ?? []),
    groups: options.groups ?? values.map((_, i) => (values.length === 1 ? 'lr' : `group ${i}`)),
    unit: options.unit ?? 'step',
    lrAt: (step, group) => values[group][Math.min(step, steps - 1)],
    momentumAt: (step) => momentum?.[Math.min(step, steps - 1)] ?? Number.NaN,
    accumulateAt: () => 1,
  };
}

export type FormulaSchedule = ValueSchedule & {
  readonly steps: number;
  lrAt(step: number): number;
};

/** A schedule given by a formula in the step, the same for all groups. */
export function scheduleOfFormula(options: FormulaSchedule): Schedule {
  const { steps, lrAt } = options;
  return {
    steps,
    stepsPerEpoch: options.stepsPerEpoch ?? steps,
    warmupSteps: options.warmupSteps ?? 0,
    groups: options.groups ?? ['lr'],
    unit: options.unit ?? 'step',
    lrAt: (step) => lrAt(step),
    momentumAt: () => Number.NaN,
    accumulateAt: () => 1,
  };
}

/** How long a curve rises from its first value: the warm-up of a composition that does not name one. */
export function risingSteps(values: ArrayLike<number>): number {
  let step = 0;
  while (step + 1 < values.length && values[step + 1] >= values[step]) step += 1;
  const rises = values.length > 0 && values[step] > values[0];
  if (!rises) return 0;
  // A plateau at the top is not part of the warm-up.
  while (step > 0 && values[step - 1] === values[step]) step -= 1;
  return step;
}
