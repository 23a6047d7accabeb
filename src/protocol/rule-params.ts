import { type Words, words } from '../base/words';
import type { TrainerRule } from '../run/trainer-rule';
import type { ValidateParams } from './validator';

type RuleParams = Partial<Omit<ValidateParams, 'model' | 'data'>>;

/** The rule that the validator is to apply to a run's checkpoint; undefined: the standard rule. */
export function ruleParams(rule: TrainerRule | undefined): RuleParams {
  if (rule === undefined) return { rule: 'standard', split: 'val' };
  const { classes, batch, rect, nms: _, single_cls, ...same } = rule;
  return {
    ...same,
    rule: 'trainer',
    single_cls,
    ...(classes !== null && { classes }),
    ...(rect ? { rectBatch: batch } : { rect: 'off' }),
  };
}

const USUAL = { conf: 0.001, iou: 0.7, max_det: 300, split: 'val', fraction: 1 } as const;

/** One line if the trainer's own rule is not the standard one. */
export function ruleNote(rule: TrainerRule, counts: 'trainer' | 'standard'): Words | undefined {
  const different = (Object.keys(USUAL) as (keyof typeof USUAL)[])
    .filter((key) => rule[key] !== USUAL[key])
    .map((key) => `${key} ${rule[key]}`);
  const classes = rule.classes === null ? [] : [`classes ${rule.classes.join(', ')}`];
  const parts = [...different, ...classes, ...(rule.agnostic ? ['agnostic_nms'] : [])];
  if (parts.length === 0) return undefined;
  return counts === 'trainer'
    ? words("mAP follows the trainer's own validation: {0}", parts.join(', '))
    : words(
        'mAP follows the standard rule, as validation.rule says; the trainer itself would use {0}',
        parts.join(', '),
      );
}
