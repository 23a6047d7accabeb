import { type Words, words } from '../../base/words';
import type { AlarmAction } from './alarm';
import { type LossHistory, medianOf, quantileOf } from './loss-history';

/** What a rule found, with the numbers that show it. */
export type LossFinding = {
  readonly numbers: Readonly<Record<string, number>>;
  readonly said: Words;
};

/**
 * A rule over the losses of steps. `next` says what to do about it. What each rule catches, when, and how often it is
 * wrong is in docs/alarms.md.
 */
export type LossRule = {
  readonly rule: 'spike' | 'jump' | 'creep' | 'no_learning' | 'oscillation';
  /** Steps between two evaluations: a rule over hundreds of losses need not run at each. */
  readonly every: number;
  readonly next: Words;
  readonly action: AlarmAction;
  /** `isRaised`: the alarm was raised and its condition has not ended; it then ends at a lower level than it began. */
  find(history: LossHistory, isRaised: boolean): LossFinding | undefined;
};

const show = (value: number): string => value.toPrecision(4);

/** Losses that are judged together: one odd batch, or three, do not move a median of eight. */
const SPIKE = { window: 8, settle: 50, factor: 3, calm: 1.5 } as const;

const spike: LossRule = {
  rule: 'spike',
  every: 1,
  action: 'rewind',
  next: words(
    'look at the batches of these steps; if it does not come back, go on from the last checkpoint with a lower LR',
  ),
  find(history, isRaised) {
    history.holdUsual(isRaised);
    if (history.seen < SPIKE.settle + SPIKE.window) return undefined;
    const level = history.median(SPIKE.window);
    const { usual } = history;
    if (!(level > (isRaised ? SPIKE.calm : SPIKE.factor) * usual)) return undefined;
    return {
      numbers: { median: level, usual },
      said: words(
        'loss spike: the median of the last {0} steps is {1}, usual is {2}',
        SPIKE.window,
        show(level),
        show(usual),
      ),
    };
  },
};

const JUMP = { window: 64, before: 256, factor: 1.8, calm: 1.3 } as const;

const jump: LossRule = {
  rule: 'jump',
  every: 32,
  action: 'rewind',
  next: words(
    'see what changed at this step (LR, data, augmentation); the last checkpoint before it is still there',
  ),
  find(history, isRaised) {
    const level = history.median(JUMP.window);
    const before = history.median(JUMP.before, JUMP.window);
    if (!(level > (isRaised ? JUMP.calm : JUMP.factor) * before)) return undefined;
    return {
      numbers: { median: level, before },
      said: words(
        'the loss has jumped: the median of the last {0} steps is {1}, that of the {2} before is {3}',
        JUMP.window,
        show(level),
        JUMP.before,
        show(before),
      ),
    };
  },
};

const CREEP = { every: 64, settle: 512, factor: 2, calm: 1.5 } as const;

const creep: LossRule = {
  rule: 'creep',
  every: CREEP.every,
  action: 'set_lr',
  next: words('lower the LR, or go on from the checkpoint with the lowest loss'),
  find({ seen, blocks }, isRaised) {
    const { latest, lowest } = blocks;
    if (seen < CREEP.settle || !(latest > (isRaised ? CREEP.calm : CREEP.factor) * lowest)) return undefined;
    return {
      numbers: { latest, lowest, factor: latest / lowest },
      said: words(
        'the loss is creeping up: {0} now, {1} times the lowest it has been, {2}',
        show(latest),
        (latest / lowest).toFixed(1),
        show(lowest),
      ),
    };
  },
};

/** Levels of 512 losses differ by 1 to 2 % by chance; a fine-tune falls by 5 % within a thousand steps. */
const NO_LEARNING = { settle: 1024, window: 512, share: 0.99 } as const;

const noLearning: LossRule = {
  rule: 'no_learning',
  every: 512,
  action: 'find_lr',
  next: words(
    'check that labels fit the images (pitwall data), that layers are not frozen, and try another LR (pitwall lr-find)',
  ),
  find(history, isRaised) {
    const { seen, early, warmupSteps } = history;
    if (seen < NO_LEARNING.settle + warmupSteps) return undefined;
    const late = history.level(NO_LEARNING.window);
    // Raised once: a run that has learned cannot become one that has not.
    if (
      isRaised
        ? late < 0.9 * early
        : !(Math.min(late, history.blocks.lowest / 0.85) > NO_LEARNING.share * early)
    )
      return undefined;
    return {
      numbers: { early, late, steps: seen },
      said: words(
        'the loss does not fall: after {0} steps its level is {1}, at first it was {2}',
        seen,
        show(late),
        show(early),
      ),
    };
  },
};

const OSCILLATION = {
  window: 128,
  spread: 2,
  correlation: -0.5,
  group: 8,
  groups: 32,
  swing: 0.4,
  noise: 2,
  crossings: 9,
  settle: 256,
} as const;

const oscillation: LossRule = {
  rule: 'oscillation',
  every: 64,
  action: 'set_lr',
  next: words('lower the LR or the momentum, or make batches larger'),
  find(history) {
    if (history.seen < OSCILLATION.settle) return undefined;
    return alternating(history) ?? swinging(history);
  },
};

/** High and low from step to step: noise never does that, as its neighbours are independent. */
function alternating(history: LossHistory): LossFinding | undefined {
  const losses = history.last(OSCILLATION.window);
  const spread = quantileOf(losses, 0.9) / quantileOf(losses, 0.1);
  const correlation = neighbourCorrelation(losses.map(Math.log));
  if (!(spread > OSCILLATION.spread && correlation < OSCILLATION.correlation)) return undefined;
  return {
    numbers: { spread, correlation },
    said: words(
      'the loss goes up and down from step to step, by a factor of {0} (correlation of neighbours {1})',
      spread.toFixed(1),
      correlation.toFixed(2),
    ),
  };
}

/**
 * Up and down over tens of steps: medians of eight differ by more than their batches do, and cross their line again and
 * again.
 */
function swinging(history: LossHistory): LossFinding | undefined {
  const { group, groups, swing, crossings, noise } = OSCILLATION;
  const losses = history.last(group * groups).map(Math.log);
  if (losses.length < group * groups) return undefined;
  const medians = Array.from({ length: groups }, (_, i) =>
    medianOf(losses.slice(i * group, (i + 1) * group)),
  );
  const off = withoutLine(medians);
  const share = quantileOf(off, 0.9) - quantileOf(off, 0.1);
  // A median of eight spreads by 1.25 / sqrt(8) of what single batches spread by.
  const byChance = 2.56 * 0.44 * batchNoise(losses);
  if (share < Math.max(swing, noise * byChance) || signChanges(off) < crossings) return undefined;
  return {
    numbers: { swing: share, byChance, steps: losses.length },
    said: words(
      'the loss swings by {0} % of its value over the last {1} steps',
      Math.round((Math.exp(share) - 1) * 100),
      losses.length,
    ),
  };
}

/** Deviation of one batch, from the differences of neighbours: a swing over tens of steps hardly shows in it. */
function batchNoise(losses: readonly number[]): number {
  const steps = losses.slice(1).map((value, i) => Math.abs(value - losses[i]));
  return (1.48 * medianOf(steps)) / Math.SQRT2;
}

function signChanges(values: readonly number[]): number {
  return values.slice(1).filter((value, i) => value * values[i] < 0).length;
}

/** The residuals of values from their least-squares line. */
function withoutLine(values: readonly number[]): readonly number[] {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  return values.map((value, i) => value - mean - slope * (i - middle));
}

function neighbourCorrelation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const off = values.map((value) => value - mean);
  const variance = off.reduce((sum, value) => sum + value * value, 0);
  const together = off.slice(1).reduce((sum, value, i) => sum + value * off[i], 0);
  return variance > 0 ? together / variance : 0;
}

export const LOSS_RULES: readonly LossRule[] = [spike, jump, creep, noLearning, oscillation];
