import type { Schedule } from '../types';
import { scheduleOfFormula } from './values';

export type YoloxOptions = {
  readonly batch: number;
  readonly stepsPerEpoch: number;
  readonly scheduler?: 'yoloxwarmcos' | 'warmcos' | 'cos' | 'multistep';
  readonly max_epoch?: number;
  readonly warmup_epochs?: number;
  readonly no_aug_epochs?: number;
  readonly basic_lr_per_img?: number;
  readonly min_lr_ratio?: number;
  readonly warmup_lr?: number;
  /** Epochs, for multistep. */
  readonly milestones?: readonly number[];
  readonly gamma?: number;
};

type YoloxCurve = {
  readonly lr: number;
  readonly start: number;
  readonly min: number;
  readonly total: number;
  readonly warm: number;
  readonly tail: number;
};

/** YOLOX (facts B2): quadratic warm-up, cosine, and a flat tail for the epochs without augmentation. All groups alike. */
export function yoloxSchedule(options: YoloxOptions): Schedule {
  const { stepsPerEpoch, batch, warmup_epochs = 5, max_epoch = 300, no_aug_epochs = 15 } = options;
  const lr = (options.basic_lr_per_img ?? 0.01 / 64) * batch;
  const curve: YoloxCurve = {
    lr,
    start: options.warmup_lr ?? 0,
    min: lr * (options.min_lr_ratio ?? 0.05),
    total: stepsPerEpoch * max_epoch,
    warm: stepsPerEpoch * warmup_epochs,
    tail: stepsPerEpoch * no_aug_epochs,
  };
  const formula = formulaOf(options, curve);
  // The LR is set after an update, for the next one: the first runs on what the optimizer was built with.
  const first = warmup_epochs > 0 ? curve.start : lr;
  return scheduleOfFormula({
    steps: curve.total,
    stepsPerEpoch,
    warmupSteps: options.scheduler === 'cos' || options.scheduler === 'multistep' ? 0 : curve.warm,
    lrAt: (step) => (step === 0 ? first : formula(step)),
  });
}

function formulaOf(options: YoloxOptions, curve: YoloxCurve): (step: number) => number {
  const { lr, total, warm } = curve;
  switch (options.scheduler ?? 'yoloxwarmcos') {
    case 'cos':
      return (step) => lr * 0.5 * (1 + Math.cos((Math.PI * step) / total));
    case 'warmcos':
      return (step) =>
        step <= warm ? warmUp(curve, step, 1) : lr * 0.5 * (1 + cosine(step - warm, total - warm));
    case 'multistep':
      return multistep(options, curve);
    default:
      return (step) => yoloxWarmCos(curve, step);
  }
}

function yoloxWarmCos(curve: YoloxCurve, step: number): number {
  const { lr, min, total, warm, tail } = curve;
  if (step <= warm) return warmUp(curve, step, 2);
  if (step >= total - tail) return min;
  return min + 0.5 * (lr - min) * (1 + cosine(step - warm, total - warm - tail));
}

function warmUp({ lr, start, warm }: YoloxCurve, step: number, power: number): number {
  return (lr - start) * (step / warm) ** power + start;
}

function cosine(step: number, steps: number): number {
  return Math.cos((Math.PI * step) / steps);
}

function multistep(
  { milestones = [], gamma = 0.1, stepsPerEpoch }: YoloxOptions,
  { lr }: YoloxCurve,
): (step: number) => number {
  const passed = (step: number): number => milestones.filter((epoch) => step >= epoch * stepsPerEpoch).length;
  return (step) => lr * gamma ** passed(step);
}
