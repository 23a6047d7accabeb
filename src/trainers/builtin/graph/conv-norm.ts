import { type KernelWindow, rawConv } from './convolution';
import type { Feature } from './rows';
import { rawColumnSums } from './rows';
import type { Tensor } from './tensor';

/** As torch.nn.BatchNorm2d's default. */
export const BATCH_NORM_EPSILON = 1e-5;

export type ConvNormWeights = {
  /** (Cout, k k Cin), as conv() takes it. */
  readonly weight: Tensor;
  /** (1, Cout) each. */
  readonly gamma: Tensor;
  readonly beta: Tensor;
};

export type Normalized = {
  readonly feature: Feature;
  /** (1, Cout), of this batch; the variance is the biased one. */
  readonly mean: Tensor;
  readonly variance: Tensor;
};

/**
 * A convolution and batch norm in training mode, as one operation. The statistics take two passes (mean, then squares
 * of the centred values): one pass would cancel if |mean| >> deviation. Derivative (Ioffe and Szegedy 2015), with c = y
 * - mean, r = 1 / sqrt(var + eps) and y the convolution: dy = gamma r (dz - mean(dz) - c r^2 mean(dz c)), dgamma = r
 * sum(dz c), dbeta = sum(dz). The factor gamma r is the same for a whole output channel, so it is left to the small
 * weight-sized products.
 */
export function convNorm(x: Feature, weights: ConvNormWeights, window: KernelWindow): Normalized {
  const { graph } = x.rows;
  const { weight, gamma, beta } = weights;
  const { feature: y, backward } = rawConv(x, weight, window);
  const perRow = graph.scalar(1 / y.rows.shape[0]);
  const mean = rawColumnSums(y.rows).mul(perRow);
  const centred = byRow('Sub', y.rows, mean);
  const squares = graph.emit({ op: 'Mul', inputs: [centred, centred], shape: centred.shape });
  const variance = rawColumnSums(squares).mul(perRow);
  const inverse = inverseDeviation(variance);
  const factor = graph.emit({ op: 'Mul', inputs: [gamma, inverse], shape: mean.shape });
  const rows = byRow('Add', byRow('Mul', centred, factor), beta);
  graph.differentiable(rows, [x.rows, weight, gamma, beta], (d) => {
    const sumD = rawColumnSums(d);
    const sumDc = rawColumnSums(graph.emit({ op: 'Mul', inputs: [d, centred], shape: d.shape }));
    const byGamma = sumDc.mul(inverse);
    const slope = byGamma.mul(inverse).mul(perRow);
    const along = byRow('Mul', centred, slope);
    const across = byRow('Sub', d.sub(along), sumD.mul(perRow));
    const byOutput = factor.reshaped([factor.shape[1], 1]);
    const { byInput, byWeight } = backward(across, weight.mul(byOutput));
    return [byInput, byWeight.mul(byOutput), byGamma, sumD];
  });
  return { feature: { ...y, rows }, mean, variance };
}

export function inverseDeviation(variance: Tensor): Tensor {
  const { graph } = variance;
  const shifted = variance.add(BATCH_NORM_EPSILON);
  const root = graph.emit({ op: 'Sqrt', inputs: [shifted], shape: variance.shape });
  return graph.emit({ op: 'Reciprocal', inputs: [root], shape: variance.shape });
}

/** x (N, C) op v (1, C). Rows are taken several at a time: long inner loops are what broadcasting is fast at. */
function byRow(op: 'Add' | 'Sub' | 'Mul', x: Tensor, v: Tensor): Tensor {
  const { graph } = x;
  const [rows, channels] = x.shape;
  const times = rows % 16 === 0 ? 16 : 1;
  const wide = x.reshaped([rows / times, times * channels]);
  const tiled =
    times === 1
      ? v
      : graph.emit({ op: 'Tile', inputs: [v, graph.int64([1, times])], shape: [1, times * channels] });
  return graph.emit({ op, inputs: [wide, tiled], shape: wide.shape }).reshaped(x.shape);
}
