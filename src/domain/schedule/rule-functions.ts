import type { WarmupShape } from '../experiment/types';
import type { GroupRule } from './optimizer';
import { type EffectiveOptimizer, isAdamFamily } from './optimizer';
import { interpolate, roundHalfEven } from './rounding';
import type { Timeline } from './timeline';
import type { Schedule, ScheduleInput, WarmupParts, WarmupShares } from './types';
import type { UltralyticsRule } from './ultralytics-version';

// exp(-5) = 0.7 %: by then the curve of Ma and Yarats has practically reached its target.
const EXPONENT = 5;
/** Share of the LR that a constant warm-up holds. */
const CONSTANT_SHARE = 0.1;

type Ramp = (step: number, steps: number, from: number, to: number) => number;

export type RuleParts = {
  readonly input: ScheduleInput;
  readonly rule: UltralyticsRule;
  readonly effective: EffectiveOptimizer;
  readonly groups: readonly GroupRule[];
  readonly timeline: Timeline;
};

export function lrFunction({ input, effective, groups, timeline }: RuleParts): Schedule['lrAt'] {
  const ramp = rampOf(input.warmup_shape);
  const starts = startsOf(groups, effective);
  const bases = groups.map((group) => effective.lr0 * group.multiple);
  return (step, group) => {
    const epoch = timeline.epochOf(step);
    const warm = timeline.warmStep(step, epoch);
    // Outside the warm-up the scheduler's value holds, which old versions set one epoch late.
    if (warm < 0) return bases[group] * timeline.scheduledMultiple(epoch);
    return ramp(warm, timeline.warmupAt(epoch), starts[group], bases[group] * timeline.multiple(epoch));
  };
}

const startsOf = (groups: RuleParts['groups'], { warmup_bias_lr }: EffectiveOptimizer): readonly number[] =>
  groups.map((group) => (group.fromBiasLr ? warmup_bias_lr : 0));

/** The same curve as `lrFunction`, in its parts. */
export function warmupParts({ input, effective, groups, timeline }: RuleParts): WarmupParts {
  const starts = startsOf(groups, effective);
  const shares = sharesOf(input.warmup_shape);
  return {
    sharesAt: (step) => {
      const epoch = timeline.epochOf(step);
      const warm = timeline.warmStep(step, epoch);
      return shares(warm < 0 ? 1 : Math.min(1, warm / timeline.warmupAt(epoch)));
    },
    startOf: (group) => starts[group],
    targetAt: (step, group) => {
      const epoch = timeline.epochOf(step);
      const isWarm = timeline.warmStep(step, epoch) >= 0;
      const multiple = isWarm ? timeline.multiple(epoch) : timeline.scheduledMultiple(epoch);
      return effective.lr0 * groups[group].multiple * multiple;
    },
  };
}

export function momentumFunction({ input, effective, timeline }: RuleParts): Schedule['momentumAt'] {
  const { momentum, warmupMomentumTo } = effective;
  if (isAdamFamily(effective.optimizer)) return () => momentum;
  const ramp = rampOf(input.rule === 'builtin' ? input.warmup_shape : 'linear', 'momentum');
  return (step) => {
    const warm = timeline.lastWarm(step);
    if (warm < 0) return momentum;
    return ramp(warm, timeline.warmupAt(timeline.epochOf(warm)), input.warmup_momentum, warmupMomentumTo);
  };
}

export function accumulateFunction({ input, rule, timeline }: RuleParts): Schedule['accumulateAt'] {
  if (input.rule === 'builtin') return () => 1;
  const nominal = nominalAccumulate(input, rule);
  const target = rule.wholeAccumulate ? nominal : input.nbs / input.batch;
  const resumedAt = (input.startEpoch ?? 0) * input.stepsPerEpoch;
  return (step) => {
    const warm = timeline.lastWarm(step);
    // A run that is resumed after its warm-up starts from the nominal value instead of the last one of the ramp.
    if (warm < 0 || warm < resumedAt) return nominal;
    const ramped = interpolate(warm, timeline.warmupAt(timeline.epochOf(warm)), 1, target);
    return Math.max(1, roundHalfEven(ramped));
  };
}

/** round(nbs / batch), at least 1 (facts A1.2). */
function nominalAccumulate(input: ScheduleInput, rule: UltralyticsRule): number {
  const nominal = Math.max(roundHalfEven(input.nbs / input.batch), 1);
  return rule.cappedAccumulate ? Math.min(nominal, input.stepsPerEpoch * input.epochs) : nominal;
}

/** The value at a warm-up step. A constant warm-up holds a tenth of the LR, and the first momentum. */
function rampOf(shape: WarmupShape, quantity: 'lr' | 'momentum' = 'lr'): Ramp {
  if (shape === 'linear') return interpolate;
  if (shape === 'exponential')
    return (step, steps, from, to) => from + (to - from) * warmupShare(shape, Math.min(step / steps, 1));
  const held = quantity === 'lr' ? (to: number): number => to * CONSTANT_SHARE : undefined;
  return (step, steps, from, to) => (step >= steps ? to : held === undefined ? from : held(to));
}

/** A ramp in its parts: how much of the start value and of the target the LR has at `progress` in [0, 1]. */
function sharesOf(shape: WarmupShape): (progress: number) => WarmupShares {
  if (shape === 'constant')
    return (progress) =>
      progress >= 1 ? { start: 0, target: 1, done: 1 } : { start: 0, target: CONSTANT_SHARE, done: 0 };
  return (progress) => {
    const done = progress >= 1 ? 1 : warmupShare(shape, progress);
    return { start: 1 - done, target: done, done };
  };
}

/**
 * Share of the way from the start value to the target at progress p in [0, 1]; reaches 1 at p = 1.
 * exponential: 1 - exp(-5p), scaled to end at 1 (Ma and Yarats 2019, arXiv 1910.04209).
 */
function warmupShare(shape: WarmupShape, p: number): number {
  if (shape === 'exponential') return -Math.expm1(-EXPONENT * p) / -Math.expm1(-EXPONENT);
  return p;
}
