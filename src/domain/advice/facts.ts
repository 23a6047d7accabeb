import { countedInput } from '../schedule/dataset-counts';
import { type EffectiveOptimizer, effectiveSettings, isAdamFamily } from '../schedule/optimizer';
import { ultralyticsRule } from '../schedule/ultralytics-version';
import type { AdviceContext } from './types';

/** Adam's beta2 in every trainer here; none of them lets it be set. */
export const BETA2 = 0.999;

/** What really trains: optimizer, LR and momentum after `auto` is decided. */
export function effective({ experiment, counts }: AdviceContext): EffectiveOptimizer {
  const input = countedInput(experiment, counts);
  return effectiveSettings(input, ultralyticsRule(counts.ultralyticsVersion));
}

export function isAdam(context: AdviceContext): boolean {
  return isAdamFamily(effective(context).optimizer);
}

/** Warm-up steps as the file asks for them, before a trainer shortens or lengthens them. */
export function warmupShare({ schedule }: AdviceContext): number {
  return schedule.warmupSteps / schedule.steps;
}

/** Fine-tuning most likely continues from weights of an earlier run on the same data. */
export function isFineTuning({ experiment: { model } }: AdviceContext): boolean {
  return /(^|[\\/])(best|last|epoch\d*)\.pt$/i.test(model) || /[\\/]checkpoints?[\\/]|@\d+$/.test(model);
}

/** Sizes m, l, x and larger in Ultralytics' names: yolov8m.pt, yolo11l.yaml, yolov9c.pt, yolov5x6u.pt. */
function isMediumOrLarger({ experiment: { model } }: AdviceContext): boolean {
  return /yolo(v|-nas-)?\d*(\.\d+)?[-_]?(m|l|x|b|c|e)(6|p\d)?u?([-_.]|$)/i.test(model);
}

const SMALL_SET = 5000;

/** Fewer than 5,000 images for a medium or larger model. */
export function isSmallForModel(context: AdviceContext): boolean {
  return context.counts.images < SMALL_SET && isMediumOrLarger(context);
}

/** Steps that a warm-up should have: 2 / (1 - beta2) for Adam, 500 or three epochs for SGD, never above a tenth. */
export function neededWarmup(context: AdviceContext): number {
  const { schedule } = context;
  const floor = isAdam(context) ? Math.round(2 / (1 - BETA2)) : Math.max(500, 3 * schedule.stepsPerEpoch);
  return Math.min(floor, schedule.steps / 10);
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A rate with three significant digits. */
export const rate = (lr: number): string => String(Number(lr.toPrecision(3)));

/** Epochs with one decimal, rounded up, so that the steps wanted are reached. */
export const epochsFor = (steps: number, stepsPerEpoch: number): number =>
  Math.ceil((steps / stepsPerEpoch) * 10 - 1e-9) / 10;
