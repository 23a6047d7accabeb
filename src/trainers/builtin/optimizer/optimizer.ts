import { add, addScalar, div, mul, sub } from '../graph/arithmetic';
import type { Graph, Tensor } from '../graph/graph';

/** What every step is told: numbers that are inputs of the graph, so that they may change from step to step. */
export type StepRates = {
  readonly lr: Tensor;
  readonly momentum: Tensor;
  readonly decay: Tensor;
  /** 1 - beta1^t and sqrt(1 - beta2^t), which only AdamW looks at. */
  readonly correction1: Tensor;
  readonly correction2: Tensor;
};

export type Update = { readonly value: Tensor; readonly buffers: readonly Tensor[] };

/** An optimizer over one flat vector of parameters. `buffers` names its state, which starts as zeros. */
export type Optimizer = {
  readonly buffers: readonly string[];
  update(
    graph: Graph,
    current: { readonly value: Tensor; readonly gradient: Tensor; readonly buffers: readonly Tensor[] },
    rates: StepRates,
  ): Update;
};

export const ADAM_BETA2 = 0.999;
const ADAM_EPSILON = 1e-8;

/** torch.optim.SGD with nesterov: g += decay w; b = m b + g; w -= lr (g + m b). */
const sgd: Optimizer = {
  buffers: ['momentum'],
  update: (graph, { value, gradient, buffers: [momentum] }, rates) => {
    const decayed = add(graph, gradient, mul(graph, value, rates.decay));
    const next = add(graph, mul(graph, momentum, rates.momentum), decayed);
    const direction = add(graph, decayed, mul(graph, next, rates.momentum));
    return { value: sub(graph, value, mul(graph, direction, rates.lr)), buffers: [next] };
  },
};

/** torch.optim.AdamW (Loshchilov and Hutter 2019) with beta1 = momentum, as Ultralytics sets it. */
const adamW: Optimizer = {
  buffers: ['exp_avg', 'exp_avg_sq'],
  update: (graph, { value, gradient, buffers: [first, second] }, rates) => {
    const shrunk = sub(graph, value, mul(graph, value, mul(graph, rates.lr, rates.decay)));
    const ahead = mul(graph, sub(graph, gradient, first), sub(graph, graph.scalar(1), rates.momentum));
    const mean = add(graph, first, ahead);
    const squares = mul(graph, mul(graph, gradient, gradient), graph.scalar(1 - ADAM_BETA2));
    const variance = add(graph, mul(graph, second, graph.scalar(ADAM_BETA2)), squares);
    const root = graph.emit({ op: 'Sqrt', inputs: [variance], shape: variance.shape });
    const denominator = addScalar(graph, div(graph, root, rates.correction2), ADAM_EPSILON);
    const size = div(graph, rates.lr, rates.correction1);
    const change = mul(graph, div(graph, mean, denominator), size);
    return { value: sub(graph, shrunk, change), buffers: [mean, variance] };
  },
};

export type OptimizerName = 'SGD' | 'AdamW';
export const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = { SGD: sgd, AdamW: adamW };
