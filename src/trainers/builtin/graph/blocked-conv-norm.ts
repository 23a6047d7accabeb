import { mul, neg, sub } from './arithmetic';
import { affine, type Blocked, channelProducts, channelSums } from './blocked';
import { blockedConv } from './blocked-convolution';
import { rawReshape } from './broadcast';
import { type ConvNormWeights, inverseDeviation } from './conv-norm';
import type { KernelWindow } from './convolution';
import type { Graph, Tensor } from './graph';

export type BlockedNormalized = {
  readonly feature: Blocked;
  /** (1, Cout), of this batch; the variance is the biased one. */
  readonly mean: Tensor;
  readonly variance: Tensor;
};

/**
 * conv-norm.ts on blocks of channels, in fewer passes. `expected` (1, Cout) is the running mean: taken off by the
 * convolution's bias, which costs nothing, it lets the variance come from sums and squares in one pass without the
 * cancellation that a large mean would bring.
 */
export function blockedConvNorm(
  graph: Graph,
  x: Blocked,
  { weights, expected, window }: { weights: ConvNormWeights; expected: Tensor; window: KernelWindow },
): BlockedNormalized {
  const { weight, gamma, beta } = weights;
  const bias = rawReshape(graph, neg(graph, expected), [weight.shape[0]]);
  const { values: y, byInput, byWeight } = blockedConv(graph, x, { weight, bias, window });
  const [batch, , height, width] = y.shape;
  const perRow = graph.scalar(1 / (batch * height * width));
  const mean = mul(graph, channelSums(graph, y), perRow);
  const variance = varianceOf(graph, mul(graph, channelProducts(graph, y, y), perRow), mean);
  const inverse = inverseDeviation(graph, variance);
  const factor = graph.emit({ op: 'Mul', inputs: [gamma, inverse], shape: mean.shape });
  const shift = sub(graph, beta, mul(graph, mean, factor));
  const z = affine(graph, y, { scale: factor, shift });
  graph.differentiable(z, [x.values, weight, gamma, beta], (d, [before]) => {
    const sumD = channelSums(graph, d);
    const sumDc = sub(graph, channelProducts(graph, d, y), mul(graph, mean, sumD));
    const byGamma = mul(graph, sumDc, inverse);
    const slope = mul(graph, mul(graph, byGamma, inverse), perRow);
    const level = sub(graph, mul(graph, mean, slope), mul(graph, sumD, perRow));
    const across = affine(graph, y, { scale: neg(graph, slope), shift: level, sum: d });
    const byOutput = rawReshape(graph, factor, [factor.shape[1], 1]);
    const ofWeight = mul(graph, byWeight(across), byOutput);
    const whole = byInput(across, mul(graph, weight, byOutput), before);
    return [{ whole }, ofWeight, byGamma, sumD];
  });
  const actual = graph.emit({ op: 'Add', inputs: [mean, expected], shape: mean.shape });
  return { feature: { values: z }, mean: actual, variance };
}

/** Mean of squares less square of the mean; rounding must not make it negative. */
function varianceOf(graph: Graph, squares: Tensor, mean: Tensor): Tensor {
  const difference = sub(graph, squares, mul(graph, mean, mean));
  return graph.emit({ op: 'Max', inputs: [difference, graph.scalar(0)], shape: mean.shape });
}

/** functions.ts' silu in a pass less: 1 + x - y is one affine pass. */
export function blockedSilu(graph: Graph, { values: x }: Blocked): Blocked {
  const s = graph.emit({ op: 'Sigmoid', inputs: [x], shape: x.shape });
  const y = graph.emit({ op: 'Mul', inputs: [x, s], shape: x.shape });
  graph.differentiable(y, [x], (d) => {
    const all = (value: number): Tensor =>
      graph.constant(`all ${value} ${x.shape[1]}`, [1, x.shape[1]], () =>
        new Float32Array(x.shape[1]).fill(value),
      );
    const rest = affine(graph, y, { scale: all(-1), shift: all(1), sum: x });
    return [mul(graph, d, mul(graph, rest, s))];
  });
  return { values: y };
}
