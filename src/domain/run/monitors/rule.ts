import type { Words } from '../../../base/words';
import type { Alarm, AlarmAction } from '../alarm';
import type { ValidatedEpoch } from '../early-stop';
import type { StepSeriesKey } from '../step-series';

/** What one training step did, beside its loss. */
export type StepReading = {
  readonly kind: 'step';
  readonly step: number;
  readonly epoch: number;
  /** Unix ms. */
  readonly t: number;
  readonly groups: readonly string[];
  /** By group. */
  readonly lr: readonly number[];
  /** What the schedule has for this step, by group; NaN for a group that it does not know. Absent if there is no schedule. */
  readonly planned?: readonly number[] | undefined;
  /** Memory of the GPU. */
  readonly deviceBytes?: number | undefined;
} & { readonly [K in StepSeriesKey]?: number | undefined };

/** Losses of an epoch that is over; `valLoss` if the trainer computes one. */
export type EpochReading = {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly loss: number;
  readonly valLoss?: number | undefined;
};

/** 95 % interval of a checkpoint's mAP minus that of the best before it. */
export type JudgedEpoch = ValidatedEpoch & {
  readonly versusBest?: { readonly low: number; readonly high: number } | undefined;
};

/** Every validated epoch so far, ascending. */
export type ValidatedReading = { readonly kind: 'validated'; readonly history: readonly JudgedEpoch[] };

/** Bytes that are left, of so many. */
export type Room = { readonly free: number; readonly total: number };

/** What the machine has left for this run. */
export type MachineReading = {
  readonly kind: 'machine';
  /** Of the disk that the run folder is on. */
  readonly disk?: Room | undefined;
  /** Of the container, if it has a limit, else of the machine. */
  readonly memory?: Room | undefined;
  /** The largest checkpoint so far. */
  readonly checkpointBytes?: number | undefined;
};

/** Checkpoints that wait for their validation, or were left out in a row. */
export type QueueReading = {
  readonly kind: 'queue';
  readonly behind: number;
  readonly epoch: number;
  /** Checkpoints that have been validated. */
  readonly validated: number;
  /** Since the oldest of those that wait was announced. */
  readonly waitedMs: number;
};

export type Reading =
  | { readonly kind: 'attempt' }
  | StepReading
  | EpochReading
  | ValidatedReading
  | MachineReading
  | QueueReading;

/** What a rule found, with the numbers that show it. */
export type RuleFinding = {
  readonly numbers: Readonly<Record<string, number>>;
  readonly said: Words;
};

/** `calm`: the condition does not hold; undefined: this reading does not decide it. */
export type RuleVerdict = RuleFinding | 'calm' | undefined;

/** `isRaised`: the alarm was raised and its condition has not ended; it then ends at a lower level than it began. */
export type Judge = (reading: Reading, isRaised: boolean) => RuleVerdict;

/** One alarm: `create` makes what it remembers of one run. How often each is wrong is in docs/alarms.md. */
export type MonitorRule = {
  readonly rule: string;
  readonly severity: Alarm['severity'];
  /** What to do about it, and the button or command that does it. */
  readonly next: Words;
  readonly action: AlarmAction;
  create(): Judge;
};

/** Runs a rule over one run: an alarm when its condition begins, once per episode. */
export function createMonitor(rule: MonitorRule): (reading: Reading) => Alarm | undefined {
  const judge = rule.create();
  let isRaised = false;
  return (reading) => {
    const verdict = judge(reading, isRaised);
    if (verdict === undefined) return undefined;
    const begins = !isRaised;
    isRaised = verdict !== 'calm';
    return begins && verdict !== 'calm' ? alarmOf(rule, verdict, reading) : undefined;
  };
}

function alarmOf(
  { rule, severity, next, action }: MonitorRule,
  { numbers, said }: RuleFinding,
  reading: Reading,
): Alarm {
  return { rule, severity, said, next, action, numbers, ...placeOf(reading) };
}

function placeOf(reading: Reading): Pick<Alarm, 'step' | 'epoch'> {
  if (reading.kind === 'step') return { step: reading.step, epoch: reading.epoch };
  const epoch = reading.kind === 'validated' ? reading.history.at(-1)?.epoch : epochOf(reading);
  return epoch === undefined ? {} : { epoch: Math.max(1, epoch) };
}

const epochOf = (reading: Reading): number | undefined => ('epoch' in reading ? reading.epoch : undefined);

/** For conditions that have to last: sums up `amount` while `holds`; a finding when the sum reaches `needed`. */
export type Streak = {
  judge(
    holds: boolean,
    amount: number,
    found: { isRaised: boolean; finding: () => RuleFinding },
  ): RuleVerdict;
  clear(): void;
};

export function createStreak(needed: number): Streak {
  let sum = 0;
  return {
    judge(holds, amount, { isRaised, finding }) {
      sum = holds ? sum + amount : 0;
      if (!holds) return 'calm';
      return sum >= needed || isRaised ? finding() : undefined;
    },
    clear() {
      sum = 0;
    },
  };
}

export const show = (value: number): string => value.toPrecision(4);
