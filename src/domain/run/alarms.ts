import { type Words, words } from '../../base/words';
import { type Alarm, createEpisode } from './alarm';
import { createDivergenceRule, type Divergence } from './divergence';
import { createLossHistory } from './loss-history';
import { LOSS_RULES, type LossFinding, type LossRule } from './loss-rules';

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
        diverged(beyond !== undefined && Number.isFinite(beyond.value), () => divergedAlarm(at, beyond)),
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
  const check = (rule: LossRule): Alarm | undefined => {
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
    return due.map(check).filter((alarm) => alarm !== undefined);
  };
}

function alarmOf({ rule, next, action }: LossRule, { numbers, said }: LossFinding): Alarm {
  return {
    rule,
    action,
    severity: 'warning',
    said,
    next,
    numbers,
  };
}

type At = { readonly step: number; readonly epoch: number };

const GO_BACK = words('go back to a checkpoint before it, with a lower LR or a longer warm-up');

function divergedAlarm(at: At, beyond: Divergence | undefined): Alarm {
  const said = words('diverged at step {0}: {1}', at.step, beyond?.said ?? '');
  const numbers = { mean: beyond?.value ?? 0, first: beyond?.first ?? 0 };
  return { ...at, rule: 'diverged', severity: 'error', numbers, ...wordsOf(said) };
}

function nonFiniteAlarm(at: At, name: string, value = Number.NaN): Alarm {
  const said = words('{0} loss is {1} at step {2}', name, String(value), at.step);
  return { ...at, rule: 'non_finite', severity: 'error', numbers: { [name]: value }, ...wordsOf(said) };
}

const wordsOf = (said: Words) => ({ said, next: GO_BACK, action: 'rewind' }) as const;
