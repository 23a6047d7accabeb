import { int } from '../onnx/onnx-model';
import { rawReshape } from './broadcast';
import { channelsOf, type Feature, positionsOf } from './feature';
import type { Graph, Tensor } from './graph';
import { matmul, rawMatmul } from './linear';
import { rawConcat, rawTranspose, reshape, transpose } from './shape';

/**
 * 3x3 convolution, stride 1, zero padding 1. `weight` is (9 Cin, Cout) in the order ky, kx, cin (HWIO). The
 * derivative by the input is the same convolution of the gradient with the kernel turned by 180 degrees and its
 * channels swapped.
 */
export function conv3x3(graph: Graph, x: Feature, weight: Tensor): Feature {
  const patches = neighbourhoods(graph, x, x.rows);
  const y = rawMatmul(graph, patches, weight);
  graph.differentiable(y, [x.rows, weight], (d) => [
    rawMatmul(graph, neighbourhoods(graph, x, d), turned(graph, weight, channelsOf(x))),
    rawMatmul(graph, patches, d, { transA: true }),
  ]);
  return { ...x, rows: y };
}

/** The 3x3 neighbourhood of each row of `rows`, (N, 9 C); what lies outside the image is zero. */
function neighbourhoods(graph: Graph, place: Feature, rows: Tensor): Tensor {
  const [count, channels] = rows.shape;
  const zero = graph.constant(`zeros 1,${channels}`, [1, channels], () => new Float32Array(channels));
  const padded = rawConcat(graph, [rows, zero], 0);
  const { batch, height, width } = place;
  const index = graph.constant(`3x3 ${batch},${height},${width}`, [count * 9], () => neighbourIndex(place));
  const gathered = graph.emit({
    op: 'Gather',
    inputs: [padded, index],
    shape: [count * 9, channels],
    attributes: { axis: int(0) },
  });
  return rawReshape(graph, gathered, [count, 9 * channels]);
}

/** For each position the rows of its nine neighbours; the row after the last stands for zero. */
function neighbourIndex(place: Feature): Int32Array {
  const { height, width } = place;
  const outside = positionsOf(place);
  const index = new Int32Array(outside * 9);
  for (let row = 0, at = 0; row < outside; row++) {
    const x = row % width;
    const y = Math.floor(row / width) % height;
    for (let tap = 0; tap < 9; tap++, at++) {
      const [dx, dy] = [(tap % 3) - 1, Math.floor(tap / 3) - 1];
      const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
      index[at] = inside ? row + dy * width + dx : outside;
    }
  }
  return index;
}

/** (9 Cin, Cout) -> (9 Cout, Cin), taps in reverse order. */
function turned(graph: Graph, weight: Tensor, channels: number): Tensor {
  const taps = rawReshape(graph, weight, [9, channels, weight.shape[1]]);
  const index = graph.constant('taps reversed', [9], () => Int32Array.from([8, 7, 6, 5, 4, 3, 2, 1, 0]));
  const reversed = graph.emit({
    op: 'Gather',
    inputs: [taps, index],
    shape: taps.shape,
    attributes: { axis: int(0) },
  });
  return rawReshape(graph, rawTranspose(graph, reversed, [0, 2, 1]), [9 * weight.shape[1], channels]);
}

/** Convolution whose kernel is as large as its stride: each kernel x kernel patch becomes one row. `weight` is HWIO. */
export function patchConv(graph: Graph, x: Feature, weight: Tensor, kernel: number): Feature {
  const merged = mergePatches(graph, x, kernel);
  return { ...merged, rows: matmul(graph, merged.rows, weight) };
}

/** Space to depth: (B H W, C) -> (B H/k W/k, k k C), columns in the order ky, kx, c. */
export function mergePatches(graph: Graph, x: Feature, kernel: number): Feature {
  if (kernel === 1) return x;
  const [height, width, channels] = [x.height / kernel, x.width / kernel, channelsOf(x)];
  const split = reshape(graph, x.rows, [x.batch * height, kernel, width, kernel * channels]);
  const grouped = transpose(graph, split, [0, 2, 1, 3]);
  const rows = reshape(graph, grouped, [x.batch * height * width, kernel * kernel * channels]);
  return { rows, batch: x.batch, height, width };
}

/** Each position twice in both directions; the derivative sums the four copies. */
export function upsample2(graph: Graph, x: Feature): Feature {
  const channels = channelsOf(x);
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
    shape: [positionsOf(size), channels],
    attributes: { axis: int(0) },
  });
  graph.differentiable(rows, [x.rows], (d) => [sumOfFour(graph, x, d)]);
  return { rows, ...size };
}

function sumOfFour(graph: Graph, x: Feature, d: Tensor): Tensor {
  const channels = channelsOf(x);
  const split = rawReshape(graph, d, [x.batch * x.height, 2, x.width, 2 * channels]);
  const lines = graph.emit({
    op: 'ReduceSum',
    inputs: [split, graph.int64([1])],
    shape: [x.batch * x.height, x.width, 2 * channels],
    attributes: { keepdims: int(0) },
  });
  const pairs = rawReshape(graph, lines, [positionsOf(x), 2, channels]);
  return graph.emit({
    op: 'ReduceSum',
    inputs: [pairs, graph.int64([1])],
    shape: [positionsOf(x), channels],
    attributes: { keepdims: int(0) },
  });
}
