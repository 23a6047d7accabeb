/** Newest release whose schedule was read and compared with a real run. */
export const NEWEST_KNOWN = '8.4.190';

/** How the LR rule of an Ultralytics release differs from today's. */
export type UltralyticsRule = {
  /** Warm-up of at least 100 steps, whatever the epochs are (up to 8.4.102, PR #25321). */
  readonly warmupFloor: boolean;
  /** The step after the warm-up still reaches the target; without it momentum and LR freeze one step short. */
  readonly inclusiveWarmup: boolean;
  /** scheduler.step() at the end of the epoch: the decay is one epoch late. */
  readonly laggingScheduler: boolean;
  /** Order of the parameter groups. */
  readonly biasFirst: boolean;
  /** warmup_bias_lr goes to group 0, which holds the weights since 8.4.0. */
  readonly biasBug: boolean;
  /** Accumulation never exceeds the steps of the run. */
  readonly cappedAccumulate: boolean;
  /** Warm-up ramps to the rounded (and capped) accumulation instead of nbs / batch. */
  readonly wholeAccumulate: boolean;
  /** RMSProp silently becomes MuSGD's plain update. */
  readonly lostRmsprop: boolean;
  readonly auto: AutoRule;
};

/** What `optimizer: auto` chooses above and below 10,000 updates. */
export type AutoRule = {
  readonly long: 'SGD' | 'MuSGD';
  readonly short: 'AdamW' | 'MuSGD';
};

export function ultralyticsRule(version: string = NEWEST_KNOWN): UltralyticsRule {
  const before = (boundary: string): boolean => isBefore(version, boundary);
  return {
    warmupFloor: before('8.4.103'),
    inclusiveWarmup: before('8.4.103') || !before('8.4.183'),
    laggingScheduler: before('8.1.42'),
    biasFirst: before('8.4.0'),
    biasBug: !before('8.4.0') && before('8.4.3'),
    cappedAccumulate: !before('8.4.177'),
    wholeAccumulate: !before('8.4.183'),
    lostRmsprop: !before('8.4.0') && before('8.4.105'),
    auto: autoRule(before),
  };
}

function autoRule(before: (boundary: string) => boolean): AutoRule {
  if (before('8.4.0')) return { long: 'SGD', short: 'AdamW' };
  if (before('8.4.3')) return { long: 'SGD', short: 'MuSGD' };
  return { long: 'MuSGD', short: before('8.4.8') ? 'MuSGD' : 'AdamW' };
}

/** Whether a version comes before another; anything after the third number is ignored. */
export function isBefore(version: string, boundary: string): boolean {
  return compare(parseVersion(version), parseVersion(boundary)) < 0;
}

function parseVersion(text: string): readonly number[] {
  return text.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
