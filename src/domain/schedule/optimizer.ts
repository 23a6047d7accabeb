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

/** One parameter group: its name, its LR as a multiple of lr0, and whether warm-up starts it at warmup_bias_lr. */
export type GroupRule = { readonly name: string; readonly multiple: number; readonly fromBiasLr: boolean };

const plain = (name: string): GroupRule => ({ name, multiple: 1, fromBiasLr: name === 'bias' });

export const BUILTIN_GROUPS: readonly GroupRule[] = [plain('weights'), plain('norm'), plain('bias')];

/**
 * Ultralytics' parameter groups in its own order (`lr/pg0`, `lr/pg1`, ...). MuSGD has four kinds, each split into a
 * boosted part, the class branch of the head with three times the LR, and the rest (facts A1.5).
 */
export function ultralyticsGroups(optimizer: string, rule: UltralyticsRule): readonly GroupRule[] {
  const groups = isMuon(optimizer, rule) ? muonGroups() : plainGroups(rule);
  if (!rule.biasBug) return groups;
  return groups.map((group, index) => ({ ...group, fromBiasLr: index === 0 }));
}

function isMuon(optimizer: string, rule: UltralyticsRule): boolean {
  return optimizer.toLowerCase() === 'musgd' && !rule.biasFirst;
}

function plainGroups(rule: UltralyticsRule): readonly GroupRule[] {
  const names = rule.biasFirst ? ['bias', 'weights', 'norm'] : ['weights', 'norm', 'bias'];
  return names.map(plain);
}

function muonGroups(): readonly GroupRule[] {
  return ['weights', 'norm', 'bias', 'muon'].flatMap((name) => [
    { name: `${name}_boost`, multiple: 3, fromBiasLr: name === 'bias' },
    plain(name),
  ]);
}
