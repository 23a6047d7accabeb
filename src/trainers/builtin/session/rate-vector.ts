import type { GroupName } from '../model/layout';
import { ADAM_BETA2 } from '../optimizer/optimizer';
import { RATES } from './training-graph';

/** The schedule's values for one step. `momentum` is AdamW's beta1. */
export type TrainRates = { readonly lr: Readonly<Record<GroupName, number>>; readonly momentum: number };

/** If the weights are not averaged, batch norm's statistics are, over about ten steps: torch's default. */
const STATS_DECAY = 0.9;

/**
 * An average starts short and comes to look back over the last tenth of the updates made, whatever their number, up to
 * what its decay allows (TensorFlow's ExponentialMovingAverage with num_updates). Ultralytics' ramp (2,000 updates, facts
 * A1.10) leaves a run of some hundred steps all but unaveraged.
 */
const rampedUp = (decay: number, update: number): number => Math.min(decay, (1 + update) / (10 + update));

/** The graph's `rates` for update number `update`, from 1. */
export function rateVector(
  { lr, momentum }: TrainRates,
  update: number,
  fixed: { readonly weight_decay: number; readonly weight_ema: number },
): Float32Array {
  const values: Record<(typeof RATES)[number], number> = {
    'lr.weights': lr.weights,
    'lr.norm': lr.norm,
    'lr.bias': lr.bias,
    momentum,
    weight_decay: fixed.weight_decay,
    ema_decay: rampedUp(fixed.weight_ema, update),
    stats_decay: rampedUp(fixed.weight_ema || STATS_DECAY, update),
    correction1: 1 - momentum ** update,
    correction2: Math.sqrt(1 - ADAM_BETA2 ** update),
  };
  return Float32Array.from(RATES, (name) => values[name]);
}
