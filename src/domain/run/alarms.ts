import { inEnglish, type Words } from '../../base/words';
import { createDivergenceRule } from './divergence';
import { createLossHistory } from './loss-history';
import { LOSS_RULES, type LossFinding, type LossRule } from './loss-rules';

export type Alarm = {
  readonly rule: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  /** The message and the advice in parts that can be translated. */
  readonly said?: Words;
  readonly next?: Words;
  readonly step?: number;
  readonly epoch?: number;
  readonly numbers: Readonly<Record<string, number>>;
};

/** Raises an alarm when a condition begins and not again until it has ended: once per episode. */
export function createEpisode(): (active: boolean, alarm: () => Alarm) => Alarm | undefined {
  let raised = false;
  return (active, alarm) => {
    const begins = active && !raised;
    raised = active;
    return begins ? alarm() : undefined;
  };
}

export type StepLoss = {
  readonly step: number;
  readonly epoch: number;
  readonly loss: Readonly<Record<string, number>>;
};

/** `total` if the trainer names it, else the sum of the components. */
export function totalLoss(loss: Readonly<Record<string, number>>): number {
  return loss.total ?? Object.values(loss).reduce((a, b) => a + b, 0);
}

export type StepAlarms = {
  onStep(step: StepLoss): Alarm[];
  /** Steps before the LR reaches its target. */
  warmup(steps: number): void;
  /** A new attempt starts. */
  restart(): void;
};

/** Alarms on every step's loss: not finite, diverged (design rule), and the rules of `LOSS_RULES`. */
export function createStepAlarms(): StepAlarms {
  const divergence = createDivergenceRule();
  const nonFinite = createEpisode();
  const diverged = createEpisode();
  let warmupSteps = 0;
  let watches = createWatches();
  return {
    onStep({ step, epoch, loss }) {
      const total = totalLoss(loss);
      const at = { step, epoch };
      const broken = Object.entries(loss).find(([, value]) => !Number.isFinite(value));
      const beyond = divergence.onStep({ total });
      const raised = [
        nonFinite(broken !== undefined, () => nonFiniteAlarm(at, broken?.[0] ?? 'total', broken?.[1])),
        diverged(beyond !== undefined && Number.isFinite(beyond.value), () => ({
          ...at,
          rule: 'diverged',
          severity: 'error',
          message: `diverged at step ${step}: ${beyond?.reason}`,
          numbers: { mean: beyond?.value ?? 0, first: beyond?.first ?? 0 },
        })),
      ];
      const found = Number.isFinite(total) ? watches(total, warmupSteps) : [];
      return [
        ...raised.filter((alarm) => alarm !== undefined),
        ...found.map((alarm) => ({ ...alarm, ...at })),
      ];
    },
    warmup(steps) {
      warmupSteps = steps;
    },
    restart() {
      divergence.restart();
      watches = createWatches();
    },
  };
}

/** The rules over one attempt: each raises its alarm when its condition begins. */
function createWatches(): (loss: number, warmupSteps: number) => readonly Alarm[] {
  const history = createLossHistory();
  const raised = new Set<LossRule>();
  const look = (rule: LossRule): Alarm | undefined => {
    const found = rule.find(history, raised.has(rule));
    const isNew = found !== undefined && !raised.has(rule);
    if (found === undefined) raised.delete(rule);
    else raised.add(rule);
    return isNew ? alarmOf(rule, found) : undefined;
  };
  return (loss, warmupSteps) => {
    history.warmupSteps = warmupSteps;
    history.add(loss);
    const due = LOSS_RULES.filter(({ every }) => history.seen % every === 0);
    return due.map(look).filter((alarm) => alarm !== undefined);
  };
}

function alarmOf({ rule, next }: LossRule, { numbers, said }: LossFinding): Alarm {
  return {
    rule,
    severity: 'warning',
    message: `${inEnglish(said)}; ${inEnglish(next)}`,
    said,
    next,
    numbers,
  };
}

function nonFiniteAlarm(at: { step: number; epoch: number }, name: string, value: number | undefined): Alarm {
  return {
    ...at,
    rule: 'non_finite',
    severity: 'error',
    message: `${name} loss is ${value} at step ${at.step}`,
    numbers: { [name]: value ?? Number.NaN },
  };
}
