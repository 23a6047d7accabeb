import { int, ints } from '../../../onnx/encode';
import { type Feature, gatherRows, positionsOf, rawColumnSums } from './rows';
import type { Builder, Tensor } from './tensor';

/** onnxruntime's own domain for its channel-blocked kernels (NCHWc): what its CPU provider turns convolutions into. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/**
 * A feature map as the runtime's direct convolutions need it: blocks of b channels, in memory (B, C/b, H, W, b); b is
 * the graph's channelBlock. The shape of `values` is that of the NCHW map, which is what the runtime calls it.
 */
export type Blocked = { readonly values: Tensor };

export type ConvShape = {
  readonly kernel: number;
  readonly stride: number;
  readonly groups?: number;
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
};

export type ConvInputs = {
  readonly x: Tensor;
  /** (Cout/b, Cin/b, k, k, b, b) in memory, inputs before outputs; (C) with a group per channel. */
  readonly kernel: Tensor;
  readonly bias?: Tensor;
  /** Added to the result, in the same pass. */
  readonly sum?: Tensor;
};

/** The runtime's convolution of blocks of channels, without a derivative. */
export function directConv(inputs: ConvInputs, conv: ConvShape): Tensor {
  const { graph } = inputs.x;
  const { x, kernel, bias, sum } = inputs;
  const { kernel: side, stride, pads, groups = 1 } = conv;
  const [batch, , height, width] = x.shape;
  const along = (length: number, padding: number): number => (length + padding - side) / stride;
  const rows = Math.floor(along(height, pads[0] + pads[2])) + 1;
  const columns = Math.floor(along(width, pads[1] + pads[3])) + 1;
  const optional = sum ? [bias ?? zeros(graph, kernel.shape[0]), sum] : bias ? [bias] : [];
  return graph.emit({
    op: 'Conv',
    domain: BLOCKED_DOMAIN,
    inputs: [x, kernel, ...optional],
    shape: [batch, kernel.shape[0], rows, columns],
    attributes: {
      kernel_shape: ints([side, side]),
      strides: ints([stride, stride]),
      pads: ints(pads),
      dilations: ints([1, 1]),
      group: int(groups),
    },
  });
}

const zeros = (graph: Builder, length: number): Tensor =>
  graph.constant(`zeros ${length}`, [length], () => new Float32Array(length));

/** x scale + shift + sum with a scale and a shift for each channel, (1, C), in one pass: a 1x1 convolution of groups of one. */
export function affine(
  x: Tensor,
  { scale, shift, sum }: { readonly scale: Tensor; readonly shift: Tensor; readonly sum?: Tensor },
): Tensor {
  const channels = x.shape[1];
  const kernel = scale.reshaped([channels, 1, 1, 1]);
  const bias = shift.reshaped([channels]);
  const inputs = { x, kernel, bias, ...(sum ? { sum } : {}) };
  return directConv(inputs, { kernel: 1, stride: 1, pads: [0, 0, 0, 0], groups: channels });
}

/** Sums over batch and positions, (1, C). */
export function channelSums(x: Tensor): Tensor {
  const { graph } = x;
  const [batch, channels, height, width] = x.shape;
  const [block, positions] = [graph.channelBlock, height * width];
  const ones = graph.constant(`ones ${positions}`, [1, positions], () => new Float32Array(positions).fill(1));
  const groups = (batch * channels) / block;
  const blocks = x.reshaped([groups, positions, block]);
  const sums = graph.emit({ op: 'MatMul', inputs: [ones, blocks], shape: [groups, 1, block] });
  return rawColumnSums(sums.reshaped([batch, channels]));
}

/** Sums of a b over batch and positions, (1, C): the diagonals of small products, so that a b itself is never written. */
export function channelProducts(a: Tensor, b: Tensor): Tensor {
  const { graph } = a;
  const [batch, channels, height, width] = a.shape;
  const block = graph.channelBlock;
  const shape = [(batch * channels) / block, height * width, block];
  const products = graph.emit({
    op: 'FusedMatMul',
    domain: 'com.microsoft',
    inputs: [a.reshaped(shape), b.reshaped(shape)],
    shape: [shape[0], block, block],
    attributes: { transA: int(1) },
  });
  const summed = rawColumnSums(products.reshaped([batch, channels * block]));
  const identity = graph.constant(`identity ${block}`, [block, block], () =>
    Float32Array.from({ length: block * block }, (_, i) => (i % (block + 1) === 0 ? 1 : 0)),
  );
  const squares = summed.reshaped([channels / block, block, block]);
  const diagonal = graph.emit({ op: 'Mul', inputs: [squares, identity], shape: squares.shape });
  const attributes = { keepdims: int(0) };
  const axis = graph.int64([2]);
  const shapeOut = [channels / block, block];
  const values = graph.emit({ op: 'ReduceSum', inputs: [diagonal, axis], shape: shapeOut, attributes });
  return values.reshaped([1, channels]);
}

/** Offset of a tap from its position, in rows and columns. */
export type Tap = readonly [y: number, x: number];

/**
 * (N, taps C), N positions in the order image, y, x: the values at each tap of every `stride`-th position; zeros beyond
 * the edge.
 */
export function tapRows(x: Tensor, taps: readonly Tap[], stride = 1): Tensor {
  const { graph } = x;
  const [batch, channels, height, width] = x.shape;
  const block = graph.channelBlock;
  const geometry = { batch, groups: channels / block, height, width, stride, taps };
  const size = { batch, height: height / stride, width: width / stride };
  const length = positionsOf(size) * taps.length * geometry.groups;
  const index = graph.constant(`taps ${JSON.stringify(geometry)}`, [length], () => tapIndex(geometry));
  const lines = x.reshaped([batch * geometry.groups * height * width, block]);
  const isWithin = taps.every(([dy, dx]) => dy === 0 && dx === 0);
  const found = isWithin ? gather(lines, index) : gatherRows(lines, index);
  return found.reshaped([positionsOf(size), taps.length * channels]);
}

type BlockedGeometry = {
  readonly batch: number;
  readonly groups: number;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  readonly taps: readonly Tap[];
};

function tapIndex({ batch, groups, height, width, stride, taps }: BlockedGeometry): Int32Array {
  const [rows, columns] = [height / stride, width / stride];
  const outside = batch * groups * height * width;
  const index = new Int32Array(batch * rows * columns * taps.length * groups);
  for (let at = 0; at < index.length; at++) {
    const position = Math.floor(at / (taps.length * groups));
    const [dy, dx] = taps[Math.floor(at / groups) % taps.length];
    const y = (Math.floor(position / columns) % rows) * stride + dy;
    const x = (position % columns) * stride + dx;
    const map = Math.floor(position / (rows * columns)) * groups + (at % groups);
    const isInside = y >= 0 && y < height && x >= 0 && x < width;
    index[at] = isInside ? (map * height + y) * width + x : outside;
  }
  return index;
}

const gather = (rows: Tensor, index: Tensor): Tensor =>
  rows.graph.emit({
    op: 'Gather',
    inputs: [rows, index],
    shape: [index.shape[0], rows.shape[1]],
    attributes: { axis: int(0) },
    type: rows.type,
  });

/** Rows of a feature map in blocks; of any type. */
export function toBlocks(x: Feature): Blocked {
  const values = rawToBlocks(x.rows, [x.batch, x.rows.shape[1], x.height, x.width]);
  x.rows.graph.differentiable(values, [x.rows], (d) => [tapRows(d, [[0, 0]])]);
  return { values };
}

export function toFeature({ values }: Blocked): Feature {
  const [batch, , height, width] = values.shape;
  const rows = tapRows(values, [[0, 0]]);
  values.graph.differentiable(rows, [values], (d) => [rawToBlocks(d, values.shape)]);
  return { rows, batch, height, width };
}

function rawToBlocks(rows: Tensor, shape: readonly number[]): Tensor {
  const { graph } = rows;
  const [batch, channels, height, width] = shape;
  const [block, positions] = [graph.channelBlock, height * width];
  const groups = channels / block;
  const key = `blocks ${batch},${groups},${positions}`;
  const index = graph.constant(key, [batch * groups * positions], () =>
    Int32Array.from({ length: batch * groups * positions }, (_, i) => {
      const [image, group] = [Math.floor(i / (groups * positions)), Math.floor(i / positions) % groups];
      return (image * positions + (i % positions)) * groups + group;
    }),
  );
  const lines = rows.reshaped([index.shape[0], block]);
  return gather(lines, index).reshaped(shape);
}
