import { addScalar, mul, sub } from './arithmetic';
import { rawReshape } from './broadcast';
import type { Graph, Tensor } from './graph';
import { rawColumnSums } from './reduce';

/** As torch.nn.BatchNorm2d's default. */
export const BATCH_NORM_EPSILON = 1e-5;

export type Normalized = {
  readonly rows: Tensor;
  /** (1, C), of this batch; the variance is the biased one. */
  readonly mean: Tensor;
  readonly variance: Tensor;
};

/**
 * Batch norm in training mode over the rows of x (N, C), scaled by gamma and shifted by beta, both (1, C).
 * Two passes (mean, then squares of the centred values): one pass would cancel where |mean| >> deviation.
 * Derivative (Ioffe and Szegedy 2015), with c = x - mean and r = 1 / sqrt(var + eps):
 * dx = gamma r (dy - mean(dy) - c r^2 mean(dy c)), dgamma = r sum(dy c), dbeta = sum(dy).
 */
export function batchNorm(graph: Graph, x: Tensor, gamma: Tensor, beta: Tensor): Normalized {
  const perRow = graph.scalar(1 / x.shape[0]);
  const mean = mul(graph, rawColumnSums(graph, x), perRow);
  const centred = byRow(graph, 'Sub', x, mean);
  const squares = graph.emit({ op: 'Mul', inputs: [centred, centred], shape: x.shape });
  const variance = mul(graph, rawColumnSums(graph, squares), perRow);
  const root = graph.emit({
    op: 'Sqrt',
    inputs: [addScalar(graph, variance, BATCH_NORM_EPSILON)],
    shape: mean.shape,
  });
  const inverse = graph.emit({ op: 'Reciprocal', inputs: [root], shape: mean.shape });
  const factor = graph.emit({ op: 'Mul', inputs: [gamma, inverse], shape: mean.shape });
  const rows = byRow(graph, 'Add', byRow(graph, 'Mul', centred, factor), beta);
  graph.differentiable(rows, [x, gamma, beta], (d) => {
    const sumD = rawColumnSums(graph, d);
    const sumDc = rawColumnSums(graph, graph.emit({ op: 'Mul', inputs: [d, centred], shape: x.shape }));
    const slope = mul(graph, mul(graph, mul(graph, sumDc, inverse), inverse), perRow);
    const along = byRow(graph, 'Mul', centred, slope);
    const across = byRow(graph, 'Sub', sub(graph, d, along), mul(graph, sumD, perRow));
    return [byRow(graph, 'Mul', across, factor), mul(graph, sumDc, inverse), sumD];
  });
  return { rows, mean, variance };
}

/** x (N, C) op v (1, C). Rows are taken several at a time: long inner loops are what broadcasting is fast at. */
function byRow(graph: Graph, op: 'Add' | 'Sub' | 'Mul', x: Tensor, v: Tensor): Tensor {
  const [rows, channels] = x.shape;
  const times = rows % 16 === 0 ? 16 : 1;
  const wide = rawReshape(graph, x, [rows / times, times * channels]);
  const tiled =
    times === 1
      ? v
      : graph.emit({ op: 'Tile', inputs: [v, graph.int64([1, times])], shape: [1, times * channels] });
  return rawReshape(graph, graph.emit({ op, inputs: [wide, tiled], shape: wide.shape }), x.shape);
}
