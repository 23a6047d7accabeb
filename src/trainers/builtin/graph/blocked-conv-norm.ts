import { affine, type Blocked, channelProducts, channelSums } from './blocked';
import { blockedConv } from './blocked-convolution';
import { type ConvNormWeights, inverseDeviation } from './conv-norm';
import type { KernelWindow } from './convolution';
import type { Tensor } from './tensor';

export type BlockedNormalized = {
  readonly feature: Blocked;
  /** (1, Cout), of this batch; the variance is the biased one. */
  readonly mean: Tensor;
  readonly variance: Tensor;
};

/**
 * conv-norm.ts on blocks of channels, in fewer passes. `expected` (1, Cout) is the running mean: the convolution's bias
 * subtracts it at no cost, so that the variance can be computed from sums and squares in one pass without the
 * cancellation that a large mean would cause.
 */
export function blockedConvNorm(
  x: Blocked,
  { weights, expected, window }: { weights: ConvNormWeights; expected: Tensor; window: KernelWindow },
): BlockedNormalized {
  const { graph } = x.values;
  const { weight, gamma, beta } = weights;
  const bias = expected.neg().reshaped([weight.shape[0]]);
  const { values: y, byInput, byWeight } = blockedConv(x, { weight, bias, window });
  const [batch, , height, width] = y.shape;
  const perRow = graph.scalar(1 / (batch * height * width));
  const mean = channelSums(y).mul(perRow);
  const variance = varianceOf(channelProducts(y, y).mul(perRow), mean);
  const inverse = inverseDeviation(variance);
  const factor = graph.emit({ op: 'Mul', inputs: [gamma, inverse], shape: mean.shape });
  const shift = beta.sub(mean.mul(factor));
  const z = affine(y, { scale: factor, shift });
  graph.differentiable(z, [x.values, weight, gamma, beta], (d, [before]) => {
    const sumD = channelSums(d);
    const sumDc = channelProducts(d, y).sub(mean.mul(sumD));
    const byGamma = sumDc.mul(inverse);
    const slope = byGamma.mul(inverse).mul(perRow);
    const level = mean.mul(slope).sub(sumD.mul(perRow));
    const across = affine(y, { scale: slope.neg(), shift: level, sum: d });
    const byOutput = factor.reshaped([factor.shape[1], 1]);
    const ofWeight = byWeight(across).mul(byOutput);
    const whole = byInput(across, weight.mul(byOutput), before);
    return [{ whole }, ofWeight, byGamma, sumD];
  });
  const actual = graph.emit({ op: 'Add', inputs: [mean, expected], shape: mean.shape });
  return { feature: { values: z }, mean: actual, variance };
}

/** Mean of squares less square of the mean; rounding must not make it negative. */
function varianceOf(squares: Tensor, mean: Tensor): Tensor {
  const { graph } = squares;
  const difference = squares.sub(mean.mul(mean));
  return graph.emit({ op: 'Max', inputs: [difference, graph.scalar(0)], shape: mean.shape });
}

/** functions.ts' silu with one pass less: 1 + x - y is one affine pass. */
export function blockedSilu({ values: x }: Blocked): Blocked {
  const { graph } = x;
  const s = graph.emit({ op: 'Sigmoid', inputs: [x], shape: x.shape });
  const y = graph.emit({ op: 'Mul', inputs: [x, s], shape: x.shape });
  graph.differentiable(y, [x], (d) => {
    const all = (value: number): Tensor =>
      graph.constant(`all ${value} ${x.shape[1]}`, [1, x.shape[1]], () =>
        new Float32Array(x.shape[1]).fill(value),
      );
    const rest = affine(y, { scale: all(-1), shift: all(1), sum: x });
    return [d.mul(rest.mul(s))];
  });
  return { values: y };
}
