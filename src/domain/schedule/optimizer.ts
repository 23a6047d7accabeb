import type { ScheduleInput } from './types';
import type { UltralyticsRule } from './ultralytics-version';

/** What really trains, after `optimizer: auto` has been decided. */
export type EffectiveOptimizer = {
  readonly optimizer: string;
  readonly lr0: number;
  /** Momentum of the optimizer as it was built. */
  readonly momentum: number;
  /** Momentum at the end of its warm-up; `auto` ignores the argument. */
  readonly warmupMomentumTo: number;
  readonly warmup_bias_lr: number;
  readonly auto: boolean;
};

const ADAM_FAMILY = new Set(['adam', 'adamax', 'adamw', 'nadam', 'radam']);

/** Adam's groups have betas and no momentum, so the momentum warm-up does not touch them. */
export function isAdamFamily(optimizer: string): boolean {
  return ADAM_FAMILY.has(optimizer.toLowerCase());
}

/** Ultralytics' choice for `auto`: by the number of updates of the whole run and by the class count (facts A1.6). */
export function effectiveSettings(input: ScheduleInput, rule: UltralyticsRule): EffectiveOptimizer {
  const { optimizer, lr0, momentum, warmup_bias_lr } = input;
  if (optimizer !== 'auto' || input.rule === 'builtin') {
    return { optimizer, lr0, momentum, warmupMomentumTo: momentum, warmup_bias_lr, auto: false };
  }
  const long = updatesOf(input) > 10_000;
  const chosen = long ? rule.auto.long : rule.auto.short;
  return {
    optimizer: chosen,
    lr0: long ? 0.01 : fittedLr(input.classes ?? 80),
    momentum: 0.9,
    warmupMomentumTo: momentum,
    warmup_bias_lr: 0,
    auto: true,
  };
}

/** Updates of the run as `auto` counts them. */
export function updatesOf(input: ScheduleInput): number {
  const images = input.images ?? input.stepsPerEpoch * input.batch;
  return Math.ceil(images / Math.max(input.batch, input.nbs)) * input.epochs;
}

/** round(0.002 * 5 / (4 + classes), 6) */
export function fittedLr(classes: number): number {
  return Math.round(((0.002 * 5) / (4 + classes)) * 1e6) / 1e6;
}
