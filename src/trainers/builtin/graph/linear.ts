import { int } from '../../../onnx/encode';
import type { Graph, Tensor } from './graph';

type Flip = { readonly transA?: boolean; readonly transB?: boolean };

/** a (M, K) times b (K, N), either of them transposed first. Gemm, since all execution providers have its transposes. */
export function rawMatmul(graph: Graph, a: Tensor, b: Tensor, flip: Flip = {}): Tensor {
  const [rows, inner] = flip.transA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
  const [innerB, columns] = flip.transB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
  if (inner !== innerB) throw new Error(`inner sizes of a product differ: ${inner} and ${innerB}`);
  const attributes = { transA: int(flip.transA ? 1 : 0), transB: int(flip.transB ? 1 : 0) };
  return graph.emit({ op: 'Gemm', inputs: [a, b], shape: [rows, columns], attributes });
}

/** d(AB) = dC B^T for A, A^T dC for B. */
export function matmul(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return graph.differentiable(rawMatmul(graph, a, b), [a, b], (d) => [
    rawMatmul(graph, d, b, { transB: true }),
    rawMatmul(graph, a, d, { transA: true }),
  ]);
}
