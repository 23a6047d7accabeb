import { int } from '../../../onnx/encode';
import { channelsOf, type Feature, positionsOf } from './feature';
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
