import type { Translate } from '../../base/translate';
import { formatProbability, formatSigned, isNoDifference } from '../../domain/view/format';
import type { RunState } from '../run-state';
import type { Validated } from '../validation';
import type { Sentence } from './types';

/** A difference is called one when 95 of 100 resampled val sets would show it. */
const SURE = 0.95;

/** A checkpoint against the best before it: progress, noise, or worse. */
export function verdictOf(state: RunState, validated: Validated, t: Translate): Sentence {
  const versus = validated.versusBest;
  if (!versus) return plainVerdict(state, validated, t);
  const text = formatSigned(versus.difference);
  if (isNoDifference(versus.difference)) return { text: t('{0}, within noise', text), tone: 'quiet' };
  if (versus.probabilityBetter >= SURE) {
    return {
      text: t('{0} over the best · P(better) {1}', text, formatProbability(versus.probabilityBetter)),
      tone: 'good',
    };
  }
  if (versus.probabilityBetter <= 1 - SURE) {
    return { text: t('{0} below the best (epoch {1})', text, versus.epoch), tone: 'warning' };
  }
  return { text: t('{0}, within noise', text), tone: 'quiet' };
}

/** Without a paired comparison only the difference is told, and no judgement. */
function plainVerdict(state: RunState, validated: Validated, t: Translate): Sentence {
  const before = bestBefore(state, validated);
  if (!before) return { text: t('first checkpoint'), tone: 'quiet' };
  const difference = formatSigned(validated.map - before.map);
  return { text: t('{0} against epoch {1}', difference, before.epoch), tone: 'quiet' };
}

function bestBefore(state: RunState, validated: Validated): Validated | undefined {
  let best: Validated | undefined;
  for (const other of state.validations.values()) {
    if (other.epoch < validated.epoch && (best === undefined || other.map > best.map)) best = other;
  }
  return best;
}
