import { closedTorch } from '../torch/closed';
import { simulateTorch, type TorchRun } from '../torch/simulate';
import type { Schedule } from '../types';
import { scheduleOfValues } from './values';

/** Up to here every step is simulated; stepping a million takes a tenth of a second, too long for a hover. */
const SIMULATED_STEPS = 20_000;
const LOOKS = 400;

type DrawnSchedule = ReturnType<typeof torchSchedule>;

/**
 * A PyTorch scheduler for a picture: short runs step by step, long ones by the closed form if there is one. Exact
 * values for training are `torchSchedule`'s.
 */
export function drawnTorchSchedule(run: TorchRun & { readonly unit?: Schedule['unit'] }): DrawnSchedule {
  const formulas =
    run.steps > SIMULATED_STEPS ? run.lrs.map((lr, group) => closedTorch(run.spec, lr, group)) : [];
  if (formulas.length === 0 || !formulas.every((formula) => formula !== undefined)) return torchSchedule(run);
  const lrAt: Schedule['lrAt'] = (step, group) => formulas[group](step);
  return {
    schedule: {
      steps: run.steps,
      stepsPerEpoch: run.steps,
      warmupSteps: firstRise(formulas[0], run.steps),
      groups: run.lrs.map((_, i) => (run.lrs.length === 1 ? 'lr' : `group ${i}`)),
      unit: run.unit ?? 'epoch',
      lrAt,
      momentumAt: () => Number.NaN,
      accumulateAt: () => 1,
    },
  };
}

/** The end of the first rise: searched coarsely, then step by step around the place. */
function firstRise(lrAt: (step: number) => number, steps: number): number {
  const stride = Math.ceil(steps / LOOKS);
  let rough = 0;
  while (rough + stride < steps && lrAt(rough + stride) >= lrAt(rough)) rough += stride;
  let step = Math.max(0, rough - stride);
  const last = Math.min(steps - 1, rough + stride);
  while (step < last && lrAt(step + 1) >= lrAt(step)) step += 1;
  if (!(lrAt(step) > lrAt(0))) return 0;
  // A plateau at the top is not part of the warm-up: the first step that is as high ends it.
  return firstAsHigh(lrAt, step);
}

function firstAsHigh(lrAt: (step: number) => number, step: number): number {
  const top = lrAt(step);
  let [low, high] = [0, step];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (lrAt(middle) >= top) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** A PyTorch scheduler or composition as a schedule; `failure` is what the library would raise, and when. */
export function torchSchedule(run: TorchRun & { readonly unit?: Schedule['unit'] }): {
  readonly schedule: Schedule;
  readonly failure?: { readonly step: number; readonly message: string };
} {
  const { lr, momentum, failure } = simulateTorch(run);
  const schedule = scheduleOfValues(lr, { unit: run.unit ?? 'epoch', momentum });
  return { schedule, ...(failure && { failure }) };
}
