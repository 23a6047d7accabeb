import type { Translate } from '../../base/translate';
import { say } from '../../base/words';
import { isWorseByInterval } from '../../domain/compare/best';
import { isUnknown } from '../../domain/compare/limits';
import { NOT_JUDGED } from '../../domain/compare/sentences';
import { mayBeSameValSet } from '../../domain/compare/val-set';
import { judgeDifference } from '../../domain/compare/verdict';
import { formatDifference, formatMetric, formatProbability } from '../../domain/display/format';
import { momentOf, standingOf, standingSentence } from '../../run/standing';
import type { RunState } from '../../run/state';
import type { Validation, VersusBest } from '../../run/validation';
import type { Sentence } from './types';

/** A line beside it that says which epoch is the best, and how high. */
type BesideVerdict = 'alone' | 'best-named';

/** A checkpoint against the best before it: better, worse, or not to be told apart. */
export function verdictOf(
  state: RunState,
  validated: Validation,
  t: Translate,
  beside: BesideVerdict = 'alone',
): Sentence {
  const versus = validated.versusBest;
  if (!versus) return plainVerdict(state, validated, t);
  const bestMap = state.validations.get(versus.epoch)?.map ?? validated.map - versus.difference;
  const text = formatDifference(versus.difference);
  if (isUnknown(versus)) return notJudged(text, versus, t);
  const isNamed = beside === 'best-named' && versus.epoch === state.best?.epoch;
  const best = isNamed ? t('the best') : bestBeside(state, { epoch: validated.epoch, versus, bestMap }, t);
  if (judgeDifference(versus) === 'second') {
    const chance = formatProbability(versus.probabilityBetter);
    return { text: t('{0} over the best · P(better) {1}', text, chance), tone: 'good' };
  }
  if (isBetterInEnd(state, validated, versus)) return { text: t('{0} over {1}', text, best), tone: 'good' };
  if (isWorse(state, validated, versus))
    return { text: t('{0}, worse than {1}', text, best), tone: 'warning' };
  return { text: t('{0}, cannot be told from {1}', text, best), tone: 'quiet' };
}

/**
 * In the end all are judged together. If the best before this one is called worse then, this one does not say that the two could not be
 * told apart when it came.
 */
function isBetterInEnd(
  state: RunState,
  { epoch }: Validation,
  { epoch: before, judged }: VersusBest,
): boolean {
  if (!judged || momentOf(state) !== 'ended' || state.best?.epoch !== epoch) return false;
  return standingOf(state)?.undecided.includes(before) === false;
}

/** Once a checkpoint is the best itself, what it was compared with is the best no more. */
function bestBeside(
  state: RunState,
  { epoch, versus, bestMap }: { epoch: number; versus: VersusBest; bestMap: number },
  t: Translate,
): string {
  return state.best?.epoch === epoch
    ? t('the best before it, {0} of epoch {1}', formatMetric(bestMap), versus.epoch)
    : t('the best, {0} of epoch {1}', formatMetric(bestMap), versus.epoch);
}

/** What the best checkpoint is worth; undefined while there are no others to compare it with. */
export function bestText(state: RunState, t: Translate): string | undefined {
  const standing = standingSentence(state);
  if (!standing) return undefined;
  if (!state.best) return say(standing, t);
  const { epoch, map } = state.best;
  return t('best {0}, epoch {1}: {2}', formatMetric(map), epoch, say(standing, t));
}

/**
 * Judged against all checkpoints together: the best is a selected one, and most of what is below it is just as good. What is
 * known now counts as well: one that later checkpoints put among those that cannot be told from the best is not worse.
 */
function isWorse(state: RunState, { epoch }: Validation, versus: VersusBest): boolean {
  if (versus.judged) {
    const { isWorse: now, inEnd = now } = versus.judged;
    const isCalled = momentOf(state) === 'ended' ? inEnd : now;
    return isCalled && !standingOf(state)?.undecided.includes(epoch);
  }
  const among = [...state.validations.keys()].filter((other) => other <= epoch).length;
  return isWorseByInterval(versus.difference, versus, among);
}

const notJudged = (difference: string, { epoch }: VersusBest, t: Translate): Sentence => ({
  text: t('{0} against epoch {1}, {2}', difference, epoch, say(NOT_JUDGED, t)),
  tone: 'quiet',
});

/** Without a paired comparison only the difference is shown, without a verdict. */
function plainVerdict(state: RunState, validated: Validation, t: Translate): Sentence {
  const before = bestBefore(state, validated);
  if (!before) return { text: t('first checkpoint'), tone: 'quiet' };
  const difference = formatDifference(validated.map - before.map);
  return { text: t('{0} against epoch {1}', difference, before.epoch), tone: 'quiet' };
}

/** Against the best before it, as a number alone; empty for the first. */
export function changeOf(state: RunState, validated: Validation): string {
  const { versusBest: versus, map } = validated;
  const before = versus ? state.validations.get(versus.epoch) : bestBefore(state, validated);
  const difference = versus?.difference ?? (before && map - before.map);
  return difference === undefined ? '' : formatDifference(difference);
}

function bestBefore(state: RunState, validated: Validation): Validation | undefined {
  let best: Validation | undefined;
  for (const other of state.validations.values()) {
    if (other.epoch >= validated.epoch || !mayBeSameValSet(other.fingerprint, validated.fingerprint))
      continue;
    if (best === undefined || other.map > best.map) best = other;
  }
  return best;
}
