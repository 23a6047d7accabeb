import { roundHalfEven } from './rounding';
import type { ScheduleInput } from './types';
import type { UltralyticsRule } from './ultralytics-version';

/** The place of a step: its epoch, its step within the warm-up, the decay of its epoch. */
export type Timeline = {
  readonly steps: number;
  epochOf(step: number): number;
  /** Warm-up steps as counted in an epoch; `time` training counts again when its length changes. */
  warmupAt(epoch: number): number;
  /** The warm-up step whose LR holds at this step until the epoch ends; -1 if the scheduler's LR holds. */
  warmStep(step: number, epoch: number): number;
  /** The last warm-up step up to this one, whose momentum and accumulation stay; -1 if there was none. */
  lastWarm(step: number): number;
  /** Decay of the epoch. */
  multiple(epoch: number): number;
  /** Decay as the scheduler has applied it by then: old versions are one epoch late. */
  scheduledMultiple(epoch: number): number;
};

export function createTimeline(input: ScheduleInput, rule: UltralyticsRule): Timeline {
  const { stepsPerEpoch, lrf, cos_lr } = input;
  const epochsAt = epochsFunction(input);
  const multiple = (epoch: number): number => epochMultiple(epoch, epochsAt(epoch), lrf, cos_lr);
  const warmupAt = (epoch: number): number => warmupSteps(input, rule, epochsAt(epoch));
  const first = warmupAt(0);
  const warmups = input.stretches?.length ? warmupAt : (): number => first;
  const short = rule.inclusiveWarmup ? 0 : 1;
  const lastOf = (epoch: number): number => (warmups(epoch) > 0 ? warmups(epoch) - short : -1);
  return {
    steps: stepsPerEpoch * epochsAt(Number.POSITIVE_INFINITY),
    epochOf: (step) => Math.floor(step / stepsPerEpoch),
    warmupAt: warmups,
    warmStep: (step, epoch) => (lastOf(epoch) < epoch * stepsPerEpoch ? -1 : Math.min(step, lastOf(epoch))),
    lastWarm: input.stretches?.length
      ? stretchedLastWarm(stepsPerEpoch, lastOf)
      : (step) => Math.min(step, lastOf(0)),
    multiple,
    scheduledMultiple: rule.laggingScheduler ? laggingMultiple(input, multiple) : multiple,
  };
}

function epochsFunction({ epochs, stretches = [] }: ScheduleInput): (epoch: number) => number {
  if (stretches.length === 0) return () => epochs;
  return (epoch) => stretches.findLast((stretch) => stretch.fromEpoch <= epoch)?.epochs ?? epochs;
}

function warmupSteps(input: ScheduleInput, rule: UltralyticsRule, epochs: number): number {
  const { warmup_epochs, stepsPerEpoch } = input;
  if (rule.warmupFloor) {
    return warmup_epochs > 0 ? Math.max(roundHalfEven(warmup_epochs * stepsPerEpoch), 100) : 0;
  }
  return roundHalfEven(Math.min(warmup_epochs, Math.max(epochs - 1, 0)) * stepsPerEpoch);
}

/** As the warm-up is counted again in each epoch, the last warm step is found epoch by epoch, each once. */
function stretchedLastWarm(stepsPerEpoch: number, lastOf: (epoch: number) => number): Timeline['lastWarm'] {
  const ends: number[] = [];
  const within = (epoch: number, step: number): number => {
    const last = lastOf(epoch);
    return last >= epoch * stepsPerEpoch ? Math.min(step, last) : (ends[epoch - 1] ?? -1);
  };
  return (step) => {
    const epoch = Math.floor(step / stepsPerEpoch);
    while (ends.length < epoch) ends.push(within(ends.length, (ends.length + 1) * stepsPerEpoch - 1));
    return within(epoch, step);
  };
}

/** scheduler.step() came after the epoch and its count began at -1, so epoch e ran on the decay of e - 1. */
function laggingMultiple(
  input: ScheduleInput,
  multiple: (epoch: number) => number,
): (epoch: number) => number {
  const resumed = input.startEpoch ?? 0;
  // `time` training builds a new scheduler after each epoch and steps it at once, which undoes the lag.
  if (input.stretches?.length) return multiple;
  return (epoch) => {
    // The first epoch after a resume runs on the LR that the checkpoint held, saved before that step.
    const lag = epoch === resumed && resumed > 0 ? 2 : 1;
    return multiple(Math.max(epoch - lag, 0));
  };
}

/** Multiple of lr0 in an epoch counted from 0 (facts A1.3). Never reaches lrf: the last epoch is epochs - 1. */
function epochMultiple(epoch: number, epochs: number, lrf: number, cosine: boolean): number {
  if (cosine) return Math.max((1 - Math.cos((epoch * Math.PI) / epochs)) / 2, 0) * (lrf - 1) + 1;
  return Math.max(1 - epoch / epochs, 0) * (1 - lrf) + lrf;
}
