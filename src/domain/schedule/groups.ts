import type { UltralyticsRule } from './ultralytics-version';

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
