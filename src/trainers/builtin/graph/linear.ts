import { int } from '../../../onnx/encode';
import type { Tensor } from './tensor';

type Flip = { readonly transA?: boolean; readonly transB?: boolean };

/**
 * a (M, K) times b (K, N), either of them transposed first. Gemm, since all execution providers support its transposes.
 */
export function rawMatmul(a: Tensor, b: Tensor, flip: Flip = {}): Tensor {
  const [rows, inner] = flip.transA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
  const [innerB, columns] = flip.transB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
  if (inner !== innerB) throw new Error(`inner sizes of a product differ: ${inner} and ${innerB}`);
  const attributes = { transA: int(flip.transA ? 1 : 0), transB: int(flip.transB ? 1 : 0) };
  return a.graph.emit({ op: 'Gemm', inputs: [a, b], shape: [rows, columns], attributes });
}

/** Sums over the rows of an (N, C) matrix, as (1, C): a product with a row of ones, which is three times as fast as ReduceSum. */
export function rawColumnSums(x: Tensor): Tensor {
  const rows = x.shape[0];
  const ones = x.graph.constant(`ones ${rows}`, [1, rows], () => new Float32Array(rows).fill(1));
  return rawMatmul(ones, x);
}
