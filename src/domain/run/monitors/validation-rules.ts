import { words } from '../../../base/words';
import { medianOf } from '../loss-history';
import { metricNames } from '../task';
import {
  type EpochReading,
  type JudgedEpoch,
  type MonitorRule,
  type QueueReading,
  type RuleVerdict,
  show,
} from './rule';

/**
 * Values are medians of three epochs, which a single odd epoch does not move. `since`: epochs that the best is past, so that a bump
 * is not a trend; `rise`, `fall`: by how much the judged value got worse, several times what it varies by from epoch to epoch (val
 * loss 1 to 3 %, mAP of a hundred images 5 %); `learned`: by how much the training loss fell meanwhile: noise of it is under 2 %.
 */
const OVERFIT = {
  since: 5,
  settle: 8,
  rise: 1.1,
  always: 1.04,
  fall: 0.85,
  learned: 0.95,
  begun: 0.02,
} as const;

type EpochPoint = { readonly epoch: number; readonly loss: number; readonly value: number };

const overfitting: MonitorRule = {
  rule: 'overfitting',
  severity: 'warning',
  next: words(
    'stop here, the best checkpoint is kept; more images, augmentation or weight decay help the next run',
  ),
  action: 'stop',
  create() {
    const curve = new Map<number, EpochPoint>();
    return (reading, isRaised) => {
      if (reading.kind === 'epoch') return judgeLoss(curve, reading, isRaised);
      // Without a val loss mAP is judged.
      return reading.kind === 'validated' && curve.size === 0
        ? judgeMap(reading.history, isRaised)
        : undefined;
    };
  },
};

function judgeLoss(
  curve: Map<number, EpochPoint>,
  { epoch, loss, valLoss }: EpochReading,
  isRaised: boolean,
): RuleVerdict {
  if (valLoss === undefined || !Number.isFinite(valLoss + loss)) return undefined;
  for (const later of [...curve.keys()].filter((e) => e >= epoch)) curve.delete(later);
  curve.set(epoch, { epoch, loss, value: valLoss });
  const found = turnOf([...curve.values()], (a, b) => a - b);
  if (!found) return undefined;
  const { best, now, recent } = found;
  const isWorse = now.value > OVERFIT.rise * best.value && Math.min(...recent) > OVERFIT.always * best.value;
  if (!isWorse || !hasLearned(best, now, isRaised)) return 'calm';
  return {
    numbers: { best: best.value, now: now.value, bestEpoch: best.epoch, loss: now.loss, lossThen: best.loss },
    said: words(
      'overfitting: the val loss rises, {0} at epoch {1}, {2} now, while the training loss falls from {3} to {4}',
      show(best.value),
      best.epoch,
      show(now.value),
      show(best.loss),
      show(now.loss),
    ),
  };
}

function judgeMap(history: readonly JudgedEpoch[], isRaised: boolean): RuleVerdict {
  const curve = history.flatMap(({ epoch, map: value, loss }) =>
    loss === undefined || !Number.isFinite(loss) || !Number.isFinite(value) ? [] : [{ epoch, loss, value }],
  );
  const found = turnOf(curve, (a, b) => b - a);
  if (!found) return undefined;
  const { best, now, recent } = found;
  const isWorse = now.value < OVERFIT.fall * best.value && Math.max(...recent) * OVERFIT.always < best.value;
  if (best.value < OVERFIT.begun || !isWorse || !hasLearned(best, now, isRaised)) return 'calm';
  return {
    numbers: { best: best.value, now: now.value, bestEpoch: best.epoch, loss: now.loss, lossThen: best.loss },
    said: words(
      'overfitting: {0} falls, {1} about epoch {2}, {3} now, while the training loss falls from {4} to {5}',
      metricNames(history.at(-1)?.task)[0],
      best.value.toFixed(3),
      best.epoch,
      now.value.toFixed(3),
      show(best.loss),
      show(now.loss),
    ),
  };
}

const hasLearned = (then: EpochPoint, now: EpochPoint, isRaised: boolean): boolean =>
  now.loss < (isRaised ? 1 : OVERFIT.learned) * then.loss;

/** The best place of a smoothed curve, its end, and the values since; undefined while there are too few epochs. */
function turnOf(curve: readonly EpochPoint[], order: (a: number, b: number) => number) {
  const smooth = curve.slice(1, -1).map(({ epoch }, i) => ({
    epoch,
    loss: medianOf(curve.slice(i, i + 3).map(({ loss }) => loss)),
    value: medianOf(curve.slice(i, i + 3).map(({ value }) => value)),
  }));
  if (smooth.length < OVERFIT.settle) return undefined;
  const before = smooth.slice(0, -OVERFIT.since);
  const best = before.toSorted((a, b) => order(a.value, b.value) || a.epoch - b.epoch)[0];
  const recent = curve.slice(-OVERFIT.since).map(({ value }) => value);
  return { best, now: smooth[smooth.length - 1], recent };
}

/**
 * Half of what the best reached is gone for two epochs in a row: a young detector falls that far for one epoch and comes back,
 * also beyond chance in the val images. If nearly all is gone, and the interval over the val images excludes chance, one epoch is
 * enough. Below .02 a detector finds so little that its mAP is all noise.
 */
const COLLAPSE = { share: 0.5, gone: 0.1, calm: 0.75, begun: 0.02 } as const;

const mapCollapse: MonitorRule = {
  rule: 'map_collapse',
  severity: 'error',
  next: words('go back to the checkpoint before it with a lower LR; the best one is kept'),
  action: 'rewind',
  create: () => (reading, isRaised) =>
    reading.kind === 'validated' ? collapseVerdict(reading.history, isRaised) : undefined,
};

function collapseVerdict(history: readonly JudgedEpoch[], isRaised: boolean): RuleVerdict {
  const last = history.at(-1);
  const best = history.slice(0, -1).toSorted((a, b) => b.map - a.map)[0];
  if (!last || !best || best.map < COLLAPSE.begun) return undefined;
  if (last.map > (isRaised ? COLLAPSE.calm : COLLAPSE.share) * best.map) return 'calm';
  return isRaised || isGone(last, best) || isSecond(history, best) ? collapseFinding(last, best) : undefined;
}

const isGone = ({ map, versusBest }: JudgedEpoch, best: JudgedEpoch): boolean =>
  map < COLLAPSE.gone * best.map && versusBest !== undefined && versusBest.high < 0;

/** The epoch before the last one was as bad. */
function isSecond(history: readonly JudgedEpoch[], best: JudgedEpoch): boolean {
  const before = history.at(-2);
  return before !== undefined && before.map <= COLLAPSE.share * best.map;
}

function collapseFinding(last: JudgedEpoch, best: JudgedEpoch): RuleVerdict {
  const { low = Number.NaN, high = Number.NaN } = last.versusBest ?? {};
  const said = words(
    '{0} has collapsed: {1} at epoch {2}, {3} at epoch {4}',
    metricNames(last.task)[0],
    best.map.toFixed(3),
    best.epoch,
    last.map.toFixed(3),
    last.epoch,
  );
  const numbers = { best: best.map, bestEpoch: best.epoch, now: last.map, epoch: last.epoch, low, high };
  return { numbers, said };
}

/**
 * Checkpoints that wait, or were skipped in a row: one or two may wait for a slow image. The first validation also starts a
 * process, reads the val set and may convert the model, which takes seconds however short the epochs are: more than a minute is
 * trouble. What has gathered meanwhile may take two validations for each that waited; a queue that shrinks more slowly does not
 * catch up. Who waits less than ten seconds for a result need not act. It has caught up when one waits at the most: a queue that
 * swings between two and three is one alarm.
 */
const BEHIND = { checkpoints: 3, waitMs: 10_000, startMs: 60_000, shrinks: 0.5, calm: 1 } as const;

const validationBehind: MonitorRule = {
  rule: 'validation_behind',
  severity: 'warning',
  next: words('validate less often (validation.every) or only the latest (validation.backlog)'),
  action: 'open_experiment',
  create() {
    const backlog = createBacklog();
    return (reading, isRaised) => {
      if (reading.kind === 'attempt') backlog.restart();
      if (reading.kind !== 'queue') return undefined;
      return behindVerdict(reading, isRaised ? BEHIND.calm : backlog.mostAt(reading), isRaised);
    };
  },
};

function behindVerdict({ behind, waitedMs }: QueueReading, most: number, isRaised: boolean): RuleVerdict {
  if (behind <= most) return 'calm';
  if (!isRaised && waitedMs < BEHIND.waitMs) return undefined;
  return { numbers: { behind }, said: words('validation is {0} checkpoints behind training', behind) };
}

/** How many may wait: what has gathered before the first validation of this attempt has ended may wait for its turn. */
function createBacklog(): { mostAt(reading: QueueReading): number; restart(): void } {
  let before: number | undefined;
  let gathered = 0;
  return {
    restart() {
      before = undefined;
    },
    mostAt({ behind, validated, waitedMs }) {
      before ??= validated;
      const since = validated - before;
      if (since === 0) {
        gathered = behind;
        return waitedMs < BEHIND.startMs ? behind : BEHIND.checkpoints - 1;
      }
      return Math.max(BEHIND.checkpoints - 1, gathered - BEHIND.shrinks * (since - 1));
    },
  };
}

export const VALIDATION_RULES: readonly MonitorRule[] = [overfitting, mapCollapse, validationBehind];
