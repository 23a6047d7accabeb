import { words } from '../../../base/words';
import { medianOf } from '../loss-history';
import {
  createStreak,
  type MonitorRule,
  type RuleFinding,
  type RuleVerdict,
  type StepReading,
  show,
} from './rule';

/**
 * The speed of a block is that of its time: a limit on the CPU stops every third short step and leaves the others as fast as
 * before, so a median of the steps does not see it. The slowest four of 32 do not count: single slow batches. A third of the usual
 * speed is more than validation beside the training takes (a CPU of two cores: 40 %), and 20 seconds more than a checkpoint on a
 * slow disk.
 */
const PACE = { block: 32, slowest: 4, settle: 4, kept: 64, share: 1 / 3, calm: 0.6, seconds: 20 } as const;

type Block = { readonly level: number; readonly seconds: number };

const throughputDrop: MonitorRule = {
  rule: 'throughput_drop',
  severity: 'warning',
  next: words(
    'see what else runs on this machine, whether it is hot, and whether the disk of the images is slow',
  ),
  action: 'check_environment',
  create() {
    const blocks = createBlocks();
    const streak = createStreak(PACE.seconds);
    let usual: number[] = [];
    const judge = ({ level, seconds }: Block, isRaised: boolean): RuleVerdict => {
      const before = usual.length < PACE.settle ? 0 : medianOf(usual);
      const isSlow = level < (isRaised ? PACE.calm : PACE.share) * before;
      if (!isSlow) usual = [...usual, level].slice(-PACE.kept);
      return streak.judge(isSlow, seconds, { isRaised, finding: () => slowFinding(level, before) });
    };
    return (reading, isRaised) => {
      if (reading.kind === 'attempt') {
        usual = [];
        blocks.clear();
        streak.clear();
      }
      const block = reading.kind === 'step' ? blocks.add(reading) : undefined;
      return block && judge(block, isRaised);
    };
  },
};

const slowFinding = (now: number, usual: number): RuleFinding => ({
  numbers: { now, usual },
  said: words('training has slowed down to {0} images per second, usual are {1}', show(now), show(usual)),
});

/** Gathers steps into blocks, each with its speed. */
function createBlocks(): { add(step: StepReading): Block | undefined; clear(): void } {
  let speeds: number[] = [];
  let begun = Number.NaN;
  const clear = (): void => {
    speeds = [];
  };
  return {
    clear,
    add({ ips, t }) {
      if (ips === undefined || !Number.isFinite(ips)) return undefined;
      if (speeds.length === 0) begun = t;
      speeds.push(ips);
      if (speeds.length < PACE.block) return undefined;
      const block = { level: speedOf(speeds), seconds: (t - begun) / 1000 };
      clear();
      return block;
    },
  };
}

/** Images of so many steps by their time. */
function speedOf(speeds: readonly number[]): number {
  const counted = speeds.toSorted((a, b) => b - a).slice(0, speeds.length - PACE.slowest);
  return counted.length / counted.reduce((seconds, speed) => seconds + 1 / speed, 0);
}

/**
 * Half of the time is lost then: a second worker would double the speed. The first epoch fills caches and does not count,
 * unless it is long; and who waits less than ten seconds in all need not act.
 */
const STARVING = { block: 32, share: 0.5, calm: 0.3, seconds: 10, longEpoch: 500 } as const;

const loaderStarving: MonitorRule = {
  rule: 'loader_starving',
  severity: 'warning',
  next: words(
    'give it more workers (workers), a cache (cache: ram with Ultralytics), smaller images on disk, or a faster disk',
  ),
  action: 'open_experiment',
  create() {
    const waits = createWaits();
    const streak = createStreak(STARVING.seconds);
    const judge = ({ wait, seconds }: Waited, isRaised: boolean): RuleVerdict => {
      const share = wait / seconds;
      const isStarving = share > (isRaised ? STARVING.calm : STARVING.share);
      return streak.judge(isStarving, wait, { isRaised, finding: () => starvingFinding(share) });
    };
    return (reading, isRaised) => {
      if (reading.kind === 'attempt') {
        waits.restart();
        streak.clear();
      }
      const block = reading.kind === 'step' ? waits.add(reading) : undefined;
      return block && judge(block, isRaised);
    };
  },
};

const starvingFinding = (share: number): RuleFinding => ({
  numbers: { share },
  said: words('training waits for images {0} % of its time', Math.round(100 * share)),
});

type Waited = { readonly wait: number; readonly seconds: number };

/** Sums of waiting and of time, block by block. The time between two epochs is of checkpoints and validations. */
function createWaits(): { add(step: StepReading): Waited | undefined; restart(): void } {
  let before: StepReading | undefined;
  let seen = 0;
  let firstEpoch: number | undefined;
  let sum = { steps: 0, wait: 0, seconds: 0 };
  return {
    restart() {
      before = undefined;
      firstEpoch = undefined;
      seen = 0;
      sum = { steps: 0, wait: 0, seconds: 0 };
    },
    add(step) {
      const last = before;
      before = step;
      seen++;
      firstEpoch ??= step.epoch;
      const isWarm = step.epoch > firstEpoch || seen > STARVING.longEpoch;
      if (last?.epoch !== step.epoch || step.wait === undefined || !isWarm) return undefined;
      sum.steps++;
      sum.wait += step.wait;
      sum.seconds += Math.max(step.wait, (step.t - last.t) / 1000);
      if (sum.steps < STARVING.block) return undefined;
      const block = sum;
      sum = { steps: 0, wait: 0, seconds: 0 };
      return block;
    },
  };
}

export const PACE_RULES: readonly MonitorRule[] = [throughputDrop, loaderStarving];
