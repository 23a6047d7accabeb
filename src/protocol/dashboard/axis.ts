import { lowerBound } from '../../domain/display/thin';
import { epochsUntil, evenGrid } from '../../domain/schedule/epoch-grid';
import { stepsPerEpoch, totalSteps, type ViewInput } from './input';
import { gridOfPlan } from './planned';
import { secondsPerStep } from './run-facts';
import type { XAxis } from './types';

/** The place of steps, epochs and times on the chosen x axis. Epoch e ends at e; time is seconds since the first step. */
export type Axis = {
  readonly ofRow: (row: number) => number;
  readonly ofStep: (step: number) => number;
  /** End of the run as planned, or of what is known. */
  readonly end: number;
};

type AxisSource = Pick<ViewInput, 'state' | 'planned'>;

export function createAxis(axis: XAxis, source: AxisSource): Axis {
  if (axis === 'step') return stepAxis(source);
  return axis === 'epoch' ? epochAxis(source) : timeAxis(source);
}

function lastStep({ state }: AxisSource): number {
  const { step } = state.steps;
  return step.length === 0 ? 0 : step.at(step.length - 1);
}

function stepAxis(source: AxisSource): Axis {
  const { step } = source.state.steps;
  return {
    ofRow: (row) => step.at(row),
    ofStep: (s) => s,
    end: totalSteps(source) ?? niceCeil(lastStep(source)),
  };
}

function epochAxis(source: AxisSource): Axis {
  const { step, epoch } = source.state.steps;
  const perEpoch = stepsPerEpoch(source);
  if (perEpoch === undefined) {
    const ofStep = (s: number): number => epochOfStep(source, s);
    return { ofRow: (row) => epoch.at(row), ofStep, end: niceCeil(ofStep(lastStep(source))) };
  }
  const grid = source.state.plan ? gridOfPlan(source.state.plan) : evenGrid(perEpoch);
  const ofStep = (s: number): number => epochsUntil(grid, s + 1);
  const total = totalSteps(source);
  const end = total === undefined ? niceCeil(ofStep(lastStep(source))) : ofStep(total - 1);
  return { ofRow: (row) => ofStep(step.at(row)), ofStep, end };
}

function epochOfStep({ state }: AxisSource, step: number): number {
  const row = Math.min(lowerBound(state.steps.step.view(), step), state.steps.step.length - 1);
  return row < 0 ? 0 : state.steps.epoch.at(row);
}

function timeAxis(source: AxisSource): Axis {
  const { step, t } = source.state.steps;
  const first = t.length === 0 ? 0 : t.at(0);
  const ofRow = (row: number): number => (t.at(row) - first) / 1000;
  const pace = secondsPerStep(source) ?? 0;
  const ofStep = (s: number): number => {
    const row = lowerBound(step.view(), s);
    if (row < step.length) return ofRow(row);
    return step.length === 0 ? 0 : ofRow(step.length - 1) + (s - lastStep(source)) * pace;
  };
  return { ofRow, ofStep, end: niceCeil(ofStep(totalSteps(source) ?? lastStep(source))) };
}

const NICE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number: an estimated end should not move with every step. */
export function niceCeil(value: number): number {
  if (value <= 0) return 0;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return (NICE.find((n) => n * magnitude >= value) ?? 10) * magnitude;
}
