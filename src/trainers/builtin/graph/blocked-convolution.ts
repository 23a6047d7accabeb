import { int } from '../../../onnx/encode';
import { type Blocked, directConv, type Tap, tapRows } from './blocked';
import { type KernelWindow, SPREAD_TAPS } from './convolution';
import { rawColumnSums } from './rows';
import { rawConcat, rawTranspose } from './shape';
import type { Tensor } from './tensor';

export type BlockedConv = {
  readonly values: Tensor;
  /** dL/dx for dL/dy, through `weight`, and `before` with it. */
  readonly byInput: (d: Tensor, weight: Tensor, before?: Tensor) => Tensor;
  readonly byWeight: (d: Tensor) => Tensor;
};

/**
 * A convolution that never writes its patches to memory, forward and by the input. `weight` is (Cout, k k Cin), OHWI;
 * `bias` (Cout) is not differentiated.
 */
export function blockedConv(
  x: Blocked,
  { weight, bias, window }: { readonly weight: Tensor; readonly bias: Tensor; readonly window: KernelWindow },
): BlockedConv {
  const { kernel: side, stride } = window;
  const pad = (side - 1) / 2;
  const shape = { kernel: side, stride, pads: [pad, pad, pad, pad] };
  const kernel = forwardKernel(weight, side);
  const values = directConv({ x: x.values, kernel, bias }, shape);
  return {
    values,
    byInput: (d, through, before) => {
      if (stride === 1) {
        const turned = { x: d, kernel: turnedKernel(through, side) };
        return directConv(before ? { ...turned, sum: before } : turned, shape);
      }
      const spread = spreadConv(d, through);
      return before ? before.add(spread) : spread;
    },
    byWeight: (d) => weightGradient({ x, d, window }),
  };
}

type Split = { readonly split: Tensor; readonly outputs: number; readonly inputs: number };

/** (Cout/b, b, taps, Cin/b, b). */
function splitKernel(weight: Tensor, taps: number): Split {
  const block = weight.graph.channelBlock;
  const [outputs, columns] = weight.shape;
  const inputs = columns / taps;
  const shape = [outputs / block, block, taps, inputs / block, block];
  return { split: weight.reshaped(shape), outputs, inputs };
}

function forwardKernel(weight: Tensor, side: number): Tensor {
  const { split, outputs, inputs } = splitKernel(weight, side * side);
  return rawTranspose(split, [0, 3, 2, 4, 1]).reshaped([outputs, inputs, side, side]);
}

/** Turned by 180 degrees, with inputs and outputs swapped: a convolution of stride 1 backwards. */
function turnedKernel(weight: Tensor, side: number): Tensor {
  const taps = side * side;
  const { split, outputs, inputs } = splitKernel(weight, taps);
  const order = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const turned = taps === 1 ? split : pick(split, order);
  return rawTranspose(turned, [3, 0, 2, 1, 4]).reshaped([inputs, outputs, side, side]);
}

/** Taps (axis 2) by index. */
function pick(x: Tensor, order: readonly number[]): Tensor {
  const { graph } = x;
  const index = graph.constant(`taps ${order}`, [order.length], () => Int32Array.from(order));
  const shape = x.shape.map((n, axis) => (axis === 2 ? order.length : n));
  return graph.emit({ op: 'Gather', inputs: [x, index], shape, attributes: { axis: int(2) } });
}

/**
 * 3x3 with stride 2 backwards (see convolution.ts): a 2x2 convolution of dy gives the four input positions under each
 * output as channels, which are then spread.
 */
function spreadConv(d: Tensor, weight: Tensor): Tensor {
  const { graph } = weight;
  const block = graph.channelBlock;
  const { split, outputs, inputs } = splitKernel(weight, 9);
  const shape = split.shape.map((n, axis) => (axis === 2 ? 1 : n));
  const none = graph.constant(`zeros ${shape}`, shape, () => new Float32Array(outputs * inputs));
  const taps = pick(rawConcat([split, none], 2), SPREAD_TAPS);
  const [blocksOut, blocksIn] = [outputs / block, inputs / block];
  const apart = taps.reshaped([blocksOut, block, 4, 4, blocksIn, block]);
  const turned = rawTranspose(apart, [3, 4, 0, 2, 1, 5]);
  const kernel = turned.reshaped([4 * inputs, outputs, 2, 2]);
  const cells = directConv({ x: d, kernel }, { kernel: 2, stride: 1, pads: [0, 0, 1, 1] });
  const [batch, , height, width] = cells.shape;
  const parts = cells.reshaped([batch, 2, 2, blocksIn, height, width, block]);
  const spread = rawTranspose(parts, [0, 3, 4, 1, 5, 2, 6]);
  return spread.reshaped([batch, inputs, 2 * height, 2 * width]);
}

type ByWeight = { readonly x: Blocked; readonly d: Tensor; readonly window: KernelWindow };

const ACROSS: readonly Tap[] = [
  [0, -1],
  [0, 0],
  [0, 1],
];
const UP: readonly Tap[] = [
  [1, 0],
  [0, 0],
  [-1, 0],
];
const HERE: readonly Tap[] = [[0, 0]];
const PATCH: readonly Tap[] = [-1, 0, 1].flatMap((y) => ACROSS.map(([, x]): Tap => [y, x]));

function weightGradient({ x, d, window }: ByWeight): Tensor {
  if (window.kernel === 1) return pointGradient(x.values, d);
  if (window.stride === 1) return squareGradient(x.values, d);
  const patches = tapRows(x.values, PATCH, window.stride);
  return sumOfProducts(d.shape[0], tapRows(d, HERE), patches);
}

/** Of a 1x1 convolution: x is read block by block, without a copy. */
function pointGradient(x: Tensor, d: Tensor): Tensor {
  const { graph } = x;
  const block = graph.channelBlock;
  const [batch, inputs, height, width] = x.shape;
  const [positions, outputs] = [height * width, d.shape[1]];
  const products = graph.emit({
    op: 'FusedMatMul',
    domain: 'com.microsoft',
    inputs: [
      x.reshaped([batch, inputs / block, positions, block]),
      tapRows(d, HERE).reshaped([batch, 1, positions, outputs]),
    ],
    shape: [batch, inputs / block, block, outputs],
    attributes: { transA: int(1) },
  });
  const sum = rawColumnSums(products.reshaped([batch, inputs * outputs]));
  return rawTranspose(sum.reshaped([inputs, outputs]), [1, 0]);
}

/**
 * dW[ky, kx] = sum over positions q of dy[q - ky] x[q + kx]: vertical taps are placed beside each other for dy,
 * horizontal ones for x, so that one product of two matrices three times as wide gives all nine.
 */
function squareGradient(x: Tensor, d: Tensor): Tensor {
  const [inputs, outputs] = [x.shape[1], d.shape[1]];
  const product = sumOfProducts(x.shape[0], tapRows(d, UP), tapRows(x, ACROSS));
  const split = product.reshaped([3, outputs, 3 * inputs]);
  return rawTranspose(split, [1, 0, 2]).reshaped([outputs, 9 * inputs]);
}

/** a^T b of (N, P) and (N, Q), image by image: the operands stay in the processor's cache, and threads share images. */
function sumOfProducts(images: number, a: Tensor, b: Tensor): Tensor {
  const [rows, p] = a.shape;
  const q = b.shape[1];
  const split = (x: Tensor): Tensor => x.reshaped([images, rows / images, x.shape[1]]);
  const products = a.graph.emit({
    op: 'FusedMatMul',
    domain: 'com.microsoft',
    inputs: [split(a), split(b)],
    shape: [images, p, q],
    attributes: { transA: int(1) },
  });
  return rawColumnSums(products.reshaped([images, p * q])).reshaped([p, q]);
}
