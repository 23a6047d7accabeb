import { worded } from '../../base/problem';
import { countedInput } from '../schedule/dataset-counts';
import { isAssumed } from '../schedule/headlines';
import { DATA_RULES } from './data-rules';
import { OPTIMIZER_RULES } from './optimizer-rules';
import type { Advice, AdviceContext, Rule } from './types';
import { WARMUP_RULES } from './warmup-rules';

export const RULES: readonly Rule[] = [...WARMUP_RULES, ...OPTIMIZER_RULES, ...DATA_RULES];

const WEIGHT = { error: 0, warning: 1, info: 2 } as const;

/** What is worth knowing about an experiment on its dataset, warnings first. */
export function advise(context: AdviceContext): readonly Advice[] {
  const used = withUsedImages(context);
  const found = RULES.flatMap((rule): Advice[] => {
    if (rule.counted && isAssumed(context.schedule)) return [];
    const finding = rule.find(used);
    if (finding === undefined) return [];
    const { id, source, reason, key } = rule;
    return [{ rule: id, source, reason, key, ...finding, ...worded(finding.message) }];
  });
  return found.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

/** Rules count the images that are trained on, after `fraction`. */
function withUsedImages(context: AdviceContext): AdviceContext {
  const { images = context.counts.images } = countedInput(context.experiment, context.counts);
  return { ...context, counts: { ...context.counts, images, fractionApplied: true } };
}
