import type { Translate } from '../../base/translate';
import type { Words } from '../../base/words';
import type { RunState } from '../../run/state';
import type { RunStateName } from '../../run/state-names';
import type { RunComparison } from './run-comparison';
import type { Sentence } from './types';

/** The planned LR; the shape of domain/schedule's Schedule. */
export type PlannedCurve = {
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly warmupSteps: number;
  readonly groups: readonly string[];
  readonly assumed?: readonly Words[];
  lrAt(step: number, group: number): number;
  /** The plan before the LR was changed during the run, if it was. */
  readonly original?: PlannedCurve;
};

export type ViewInput = {
  readonly state: RunState;
  readonly planned: PlannedCurve | undefined;
  /** The state as the engine knows it from the processes, and one sentence if the state alone is not enough. */
  readonly presence:
    | {
        readonly state: RunStateName;
        readonly where?: string;
        readonly note?: string;
        readonly said?: Words;
      }
    | undefined;
  /** Advice on a schedule that is only planned. */
  readonly advice?: readonly Sentence[];
  /** A second run that is drawn beside this one. */
  readonly other?: ViewInput;
  /** What their detections show about the two, once that was computed. */
  readonly comparison?: RunComparison;
  /** Unix ms. */
  readonly now: number;
  readonly t: Translate;
};

export const lastOf = (values: ArrayLike<number>): number =>
  values.length === 0 ? Number.NaN : values[values.length - 1];

/** Steps of the whole run as far as they are known: some programs say how many epochs they plan and not of how many steps. */
export function totalSteps({ state, planned }: Pick<ViewInput, 'state' | 'planned'>): number | undefined {
  return state.plan?.totalSteps || planned?.steps;
}

export function stepsPerEpoch({ state, planned }: Pick<ViewInput, 'state' | 'planned'>): number | undefined {
  return state.plan?.stepsPerEpoch || planned?.stepsPerEpoch;
}
