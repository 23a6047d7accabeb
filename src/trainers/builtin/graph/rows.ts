import { int } from '../../../onnx/encode';
import { rawConcat } from './shape';
import type { Tensor } from './tensor';

/** Rows of an (N, C) matrix by index; index N gives a row of zeros. */
export function gatherRows(rows: Tensor, index: Tensor): Tensor {
  const { graph } = rows;
  const channels = rows.shape[1];
  const zero = graph.constant(`zeros 1,${channels}`, [1, channels], () => new Float32Array(channels));
  return graph.emit({
    op: 'Gather',
    inputs: [rawConcat([rows, zero], 0), index],
    shape: [index.shape[0], channels],
    attributes: { axis: int(0) },
  });
}

/** Each position twice in both directions (nearest neighbour); the derivative sums the four copies. */
export function upsample2(x: Feature): Feature {
  const { graph } = x.rows;
  const size = { batch: x.batch, height: x.height * 2, width: x.width * 2 };
  const index = graph.constant(`up ${x.batch},${x.height},${x.width}`, [positionsOf(size)], () =>
    Int32Array.from({ length: positionsOf(size) }, (_, row) => {
      const [column, line] = [row % size.width, Math.floor(row / size.width)];
      return (line >> 1) * x.width + (column >> 1);
    }),
  );
  const rows = graph.emit({
    op: 'Gather',
    inputs: [x.rows, index],
    shape: [positionsOf(size), channelsOf(x)],
    attributes: { axis: int(0) },
  });
  graph.differentiable(rows, [x.rows], (d) => [sumOfFour(x, d)]);
  return { rows, ...size };
}

function sumOfFour(x: Feature, d: Tensor): Tensor {
  const channels = channelsOf(x);
  const lines = x.batch * x.height;
  const split = d.reshaped([lines, 2, x.width * 2 * channels]);
  const summed = sumOfPairs(split);
  return sumOfPairs(summed.reshaped([positionsOf(x), 2, channels]));
}

/** (N, 2, C) -> (N, C). */
function sumOfPairs(x: Tensor): Tensor {
  const { graph } = x;
  return graph.emit({
    op: 'ReduceSum',
    inputs: [x, graph.int64([1])],
    shape: [x.shape[0], x.shape[2]],
    attributes: { keepdims: int(0) },
  });
}

/**
 * A feature map as a matrix: one row per position (image, then y, then x), one column per channel. A convolution is
 * then a gather of rows and one large matrix product, forward and backward; a 1x1 convolution is the product alone.
 */
export type Feature = {
  readonly rows: Tensor;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
};

export const channelsOf = (feature: Feature): number => feature.rows.shape[1];
export const positionsOf = ({ batch, height, width }: Omit<Feature, 'rows'>): number =>
  batch * height * width;

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
