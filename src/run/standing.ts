import type { Words } from '../base/words';
import { compareWithBest, type WithBest } from '../domain/compare/best';
import { drawnDifference } from '../domain/compare/draw-record';
import { FEWEST_DRAWN } from '../domain/compare/limits';
import { bestSentence, lackingDraws, NOT_JUDGED } from '../domain/compare/sentences';
import { NO_LABELS } from '../domain/compare/val-set';
import type { Moment } from '../domain/compare/worse';
import { isUnlabelled } from './measured';
import type { RunState } from './state';
import { FINAL_STATES } from './state-names';
import type { DrawnMaps, VersusBest } from './validation';

/** How the best checkpoint of a run stands among the others, as far as draws of them are kept. */
export type Standing = {
  readonly best: number;
  /** Epochs that cannot be told from it, itself among them; ascending. */
  readonly undecided: readonly number[];
  /** How many checkpoints were compared. */
  readonly compared: number;
  /** How much its mAP is too high in the mean, being the highest of several. */
  readonly optimism: number;
};

/** Undefined if the best has no draws, as in runs of an earlier Pitwall, or those of too few images. */
export function standingOf(state: RunState): Standing | undefined {
  const { best, drawn, validations } = state;
  const own = drawsOfBest(state);
  if (!best || !own || tooFew(own)) return undefined;
  const comparable = comparableWith(own, { drawn, validations });
  const moment = momentOf(state);
  const known = cache.get(own);
  if (known?.moment === moment && isSame(known.comparable, comparable)) return known.standing;
  const standing = toStanding(best.epoch, comparable, judge(comparable, moment));
  cache.set(own, { comparable, moment, standing });
  return standing;
}

/** A run that is paused goes on. */
export function momentOf({ status }: RunState): Moment {
  const isOver = status && status.state !== 'paused' && FINAL_STATES.has(status.state);
  return isOver ? 'ended' : 'going';
}

const drawsOfBest = ({ best, drawn, validations }: RunState): DrawnMaps | undefined =>
  best && currentDraws(drawn, validations, best.epoch);

const tooFew = (drawn: DrawnMaps | undefined): boolean => drawn !== undefined && drawn.units < FEWEST_DRAWN;

/** What the best mAP is worth, or why that is not known or there is none; undefined while there are no others. */
export function standingSentence(state: RunState): Words | undefined {
  const standing = standingOf(state);
  if (standing && standing.compared > 1) return bestSentence(standing);
  const { best, validations } = state;
  if (isUnlabelled(state)) return NO_LABELS;
  if (!best || validations.size < 2) return undefined;
  if (tooFew(drawsOfBest(state))) return NOT_JUDGED;
  return lackingDraws(validations.get(best.epoch)?.engine === 'ultralytics');
}

/** Comparing all pairs takes .2 s for 300 checkpoints, and pages ask several times a second. */
const cache = new WeakMap<
  DrawnMaps,
  { readonly comparable: readonly DrawnMaps[]; readonly moment: Moment; readonly standing: Standing }
>();

const isSame = (a: readonly DrawnMaps[], b: readonly DrawnMaps[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);

function toStanding(
  best: number,
  comparable: readonly DrawnMaps[],
  { undecided, optimism }: WithBest,
): Standing {
  const epochs = undecided.map((i) => comparable[i].epoch);
  // Of equals the report's best is another one than the draws'.
  const all = epochs.includes(best) ? epochs : [...epochs, best].sort((a, b) => a - b);
  return { best, undecided: all, compared: comparable.length, optimism };
}

/** What the draws of a checkpoint say against the best before it; undefined if that one has none of the same. */
export function versusBest(
  { drawn, validations }: Pick<RunState, 'drawn' | 'validations'>,
  now: DrawnMaps,
  before: number,
): VersusBest | undefined {
  const earlier = comparableWith(now, { drawn, validations }).filter(({ epoch }) => epoch !== now.epoch);
  const best = earlier.find(({ epoch }) => epoch === before);
  if (!best) return undefined;
  const all = [...earlier, now];
  const at = (moment: Moment): boolean => judge(all, moment).isWorse[earlier.length];
  return {
    epoch: before,
    ...drawnDifference(best, now),
    judged: { isWorse: at('going'), inEnd: at('ended'), among: all.length },
  };
}

function judge(comparable: readonly DrawnMaps[], moment: Moment): WithBest {
  const candidates = comparable.map(({ map, maps }) => ({ map, draws: Float64Array.from(maps) }));
  return compareWithBest(candidates, comparable[0]?.units ?? 0, moment);
}

type DrawnState = Pick<RunState, 'drawn' | 'validations'>;

/** Those of the same draws. */
function comparableWith({ key }: DrawnMaps, { drawn, validations }: DrawnState): DrawnMaps[] {
  const current = [...drawn.keys()].map((epoch) => currentDraws(drawn, validations, epoch));
  return current.filter((one) => one !== undefined).filter((one) => one.key === key);
}

/** Not those of a validation that was made again since. */
export function currentDraws(
  drawn: RunState['drawn'],
  validations: RunState['validations'],
  epoch: number,
): DrawnMaps | undefined {
  const own = drawn.get(epoch);
  return own && own.t >= (validations.get(epoch)?.t ?? Number.POSITIVE_INFINITY) ? own : undefined;
}
