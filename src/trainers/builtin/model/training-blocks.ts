import { add } from '../graph/arithmetic';
import { batchNorm } from '../graph/batch-norm';
import { conv3x3, patchConv, upsample2 } from '../graph/convolution';
import { channelsOf, type Feature } from '../graph/feature';
import { silu } from '../graph/functions';
import type { Graph, Tensor } from '../graph/graph';
import { matmul } from '../graph/linear';
import { concat } from '../graph/shape';
import type { Blocks } from './blocks';

/** A parameter as the matrix the graph works with: a kernel (k k Cin, Cout), a vector (1, C). */
export type ParameterTensors = (name: string) => Tensor;

export type BatchStats = {
  readonly name: string;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly rows: number;
};

/** The network as a differentiable graph; the statistics of every batch norm are left in `stats`, in the layout's order. */
export function trainingBlocks(
  graph: Graph,
  parameter: ParameterTensors,
  stats: BatchStats[],
): Blocks<Feature> {
  const convolve = (x: Feature, weight: Tensor, kernel: number): Feature => {
    if (kernel === 3) return conv3x3(graph, x, weight);
    // Images come cut into the stem's patches already.
    return patchConv(graph, x, weight, weight.shape[0] === channelsOf(x) ? 1 : kernel);
  };
  return {
    convNormAct: (name, x, { kernel }) => {
      const y = convolve(x, parameter(`${name}.conv.weight`), kernel);
      const normed = batchNorm(
        graph,
        y.rows,
        parameter(`${name}.norm.weight`),
        parameter(`${name}.norm.bias`),
      );
      stats.push({ name: `${name}.norm`, rows: y.rows.shape[0], ...pickStats(normed) });
      return { ...y, rows: silu(graph, normed.rows) };
    },
    predict: (name, x) => {
      const product = matmul(graph, x.rows, parameter(`${name}.weight`));
      return { ...x, rows: add(graph, product, parameter(`${name}.bias`)) };
    },
    add: (a, b) => ({ ...a, rows: add(graph, a.rows, b.rows) }),
    concat: (parts) => ({
      ...parts[0],
      rows: concat(
        graph,
        parts.map((p) => p.rows),
        1,
      ),
    }),
    upsample: (x) => upsample2(graph, x),
  };
}

const pickStats = ({
  mean,
  variance,
}: {
  mean: Tensor;
  variance: Tensor;
}): { mean: Tensor; variance: Tensor } => ({
  mean,
  variance,
});
