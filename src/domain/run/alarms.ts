import { createDivergenceRule } from './divergence';

export type Alarm = {
  readonly rule: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
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

/** `total` where the trainer names it, else the sum of the components. */
export function totalLoss(loss: Readonly<Record<string, number>>): number {
  return loss.total ?? Object.values(loss).reduce((a, b) => a + b, 0);
}

export type StepAlarms = {
  onStep(step: StepLoss): Alarm[];
  /** A new attempt starts. */
  restart(): void;
};

/** Alarms on every step's loss: not finite, diverged (design rule), and a spike against its slow average. */
export function createStepAlarms(): StepAlarms {
  const divergence = createDivergenceRule();
  const spike = createSpikeRule();
  const nonFinite = createEpisode();
  const diverged = createEpisode();
  const spiked = createEpisode();
  return {
    onStep({ step, epoch, loss }) {
      const total = totalLoss(loss);
      const at = { step, epoch };
      const broken = Object.entries(loss).find(([, value]) => !Number.isFinite(value));
      const beyond = divergence.onStep({ total });
      const { mean, average, active } = spike.onLoss(total);
      const raised = [
        nonFinite(broken !== undefined, () => nonFiniteAlarm(at, broken?.[0] ?? 'total', broken?.[1])),
        diverged(beyond !== undefined && Number.isFinite(beyond.value), () => ({
          ...at,
          rule: 'diverged',
          severity: 'error',
          message: `diverged at step ${step}: ${beyond?.reason}`,
          numbers: { mean: beyond?.value ?? 0, first: beyond?.first ?? 0 },
        })),
        spiked(active, () => ({
          ...at,
          rule: 'spike',
          severity: 'warning',
          message: `loss spike at step ${step}: ${mean.toPrecision(4)} on average over 8 steps, usual is ${average.toPrecision(4)}`,
          numbers: { mean, average },
        })),
      ];
      return raised.filter((alarm) => alarm !== undefined);
    },
    restart() {
      divergence.restart();
      spike.restart();
    },
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

const SPIKE_STEPS = 8;
const SPIKE_FACTOR = 3;
/** An episode ends when the loss is back below this multiple. */
const CALM_FACTOR = 1.5;
/** Span of the slow average, and the steps before anything is judged. */
const SLOW_STEPS = 200;
const SETTLE_STEPS = 50;

type Spike = { readonly mean: number; readonly average: number; readonly active: boolean };

/** The mean of the last 8 losses against an exponential average over about 200 steps, which holds still during a spike. */
function createSpikeRule() {
  let seen = 0;
  let average = Number.NaN;
  let window: number[] = [];
  let active = false;
  const isSpike = (mean: number): boolean =>
    seen >= SETTLE_STEPS && mean > (active ? CALM_FACTOR : SPIKE_FACTOR) * average;
  const restart = (): void => {
    seen = 0;
    window = [];
    active = false;
  };
  const onLoss = (loss: number): Spike => {
    if (!Number.isFinite(loss)) return { mean: loss, average, active: false };
    window = [...window.slice(1 - SPIKE_STEPS), loss];
    const mean = window.reduce((a, b) => a + b, 0) / window.length;
    active = isSpike(mean);
    if (seen === 0) average = loss;
    else if (!active) average += (2 / (SLOW_STEPS + 1)) * (loss - average);
    seen++;
    return { mean, average, active };
  };
  return { onLoss, restart };
}
