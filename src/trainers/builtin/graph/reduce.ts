import { int } from '../../../onnx/encode';
import { mul } from './arithmetic';
import { rawReshape } from './broadcast';
import { type Graph, sizeOf, type Tensor } from './graph';
import { rawMatmul } from './linear';

/** The sum of all elements, a scalar. */
export function sum(graph: Graph, x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  const y = graph.emit({
    op: 'ReduceSum',
    inputs: [x, graph.int64(axes)],
    shape: [],
    attributes: { keepdims: int(0) },
  });
  return graph.differentiable(y, [x], (d) => [expand(graph, d, x.shape)]);
}

export const mean = (graph: Graph, x: Tensor): Tensor =>
  mul(graph, sum(graph, x), graph.scalar(1 / sizeOf(x.shape)));

/** Sums over the rows of an (N, C) matrix, as (1, C): a product with a row of ones, which is three times as fast as ReduceSum. */
export function columnSums(graph: Graph, x: Tensor): Tensor {
  const y = rawColumnSums(graph, x);
  return graph.differentiable(y, [x], (d) => [expand(graph, d, x.shape)]);
}

export function rawColumnSums(graph: Graph, x: Tensor): Tensor {
  const rows = x.shape[0];
  const ones = graph.constant(`ones ${rows}`, [1, rows], () => new Float32Array(rows).fill(1));
  return rawMatmul(graph, ones, x);
}

function expand(graph: Graph, x: Tensor, shape: readonly number[]): Tensor {
  const source = x.shape.length === 0 ? rawReshape(graph, x, [1]) : x;
  return graph.emit({ op: 'Expand', inputs: [source, graph.int64(shape)], shape });
}
