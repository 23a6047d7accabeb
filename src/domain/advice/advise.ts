import { DATA_RULES } from './data-rules';
import { OPTIMIZER_RULES } from './optimizer-rules';
import type { Advice, AdviceContext, Rule } from './types';
import { WARMUP_RULES } from './warmup-rules';

export const RULES: readonly Rule[] = [...WARMUP_RULES, ...OPTIMIZER_RULES, ...DATA_RULES];

const WEIGHT = { error: 0, warning: 1, info: 2 } as const;

/** What is worth knowing about an experiment on its dataset, warnings first. */
export function advise(context: AdviceContext): readonly Advice[] {
  const found = RULES.flatMap((rule): Advice[] => {
    const finding = rule.find(context);
    const { id, source, reason, key } = rule;
    return finding === undefined ? [] : [{ rule: id, source, reason, key, ...finding }];
  });
  return found.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}
