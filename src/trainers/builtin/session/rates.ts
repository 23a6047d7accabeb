import type { Group } from '../model/layout';
import { ADAM_BETA2 } from '../optimizer/optimizer';
import { RATES } from './training-graph';

/** What the schedule says of one step. `momentum` is AdamW's beta1. */
export type TrainRates = { readonly lr: Readonly<Record<Group, number>>; readonly momentum: number };

/** Ultralytics' ramp of the weight average: decay (1 - exp(-updates / 2000)). */
const EMA_RAMP = 2000;

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
    ema_decay: fixed.weight_ema * (1 - Math.exp(-update / EMA_RAMP)),
    correction1: 1 - momentum ** update,
    correction2: Math.sqrt(1 - ADAM_BETA2 ** update),
  };
  return Float32Array.from(RATES, (name) => values[name]);
}
