import type { Tensor } from '../graph/tensor';

/** The inputs of every step: numbers that are inputs of the graph, so that they can change from step to step. */
export type StepRates = {
  readonly lr: Tensor;
  readonly momentum: Tensor;
  readonly decay: Tensor;
  /** 1 - beta1^t and sqrt(1 - beta2^t), which only AdamW uses. */
  readonly correction1: Tensor;
  readonly correction2: Tensor;
};

export type Update = { readonly value: Tensor; readonly buffers: readonly Tensor[] };

/** An optimizer over one flat vector of parameters. `buffers` names its state, which starts as zeros. */
export type Optimizer = {
  readonly buffers: readonly string[];
  update(
    current: { readonly value: Tensor; readonly gradient: Tensor; readonly buffers: readonly Tensor[] },
    rates: StepRates,
  ): Update;
};

export const ADAM_BETA2 = 0.999;
const ADAM_EPSILON = 1e-8;

/** torch.optim.SGD with nesterov: g += decay w; b = m b + g; w -= lr (g + m b). */
const sgd: Optimizer = {
  buffers: ['momentum'],
  update: ({ value, gradient, buffers: [momentum] }, rates) => {
    const decayed = gradient.add(value.mul(rates.decay));
    const next = momentum.mul(rates.momentum).add(decayed);
    const direction = decayed.add(next.mul(rates.momentum));
    return { value: value.sub(direction.mul(rates.lr)), buffers: [next] };
  },
};

/** torch.optim.AdamW (Loshchilov and Hutter 2019) with beta1 = momentum, as Ultralytics sets it. */
const adamW: Optimizer = {
  buffers: ['exp_avg', 'exp_avg_sq'],
  update: ({ value, gradient, buffers: [first, second] }, rates) => {
    const shrunk = value.sub(value.mul(rates.lr.mul(rates.decay)));
    const ahead = gradient.sub(first).mul(rates.momentum.neg().add(1));
    const mean = first.add(ahead);
    const variance = second.mul(ADAM_BETA2).add(gradient.square().mul(1 - ADAM_BETA2));
    const denominator = variance.sqrt().div(rates.correction2).add(ADAM_EPSILON);
    const size = rates.lr.div(rates.correction1);
    const change = mean.div(denominator).mul(size);
    return { value: shrunk.sub(change), buffers: [mean, variance] };
  },
};

export type OptimizerName = 'SGD' | 'AdamW';
export const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = { SGD: sgd, AdamW: adamW };
