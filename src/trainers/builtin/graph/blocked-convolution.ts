import { int } from '../../../onnx/encode';
import { affine, type Blocked, channelProducts, channelSums, directConv, type Tap, tapRows } from './blocked';
import { type ConvNormWeights, inverseDeviation } from './conv-norm';
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

type BlockedNormalized = {
  readonly feature: Blocked;
  /** (1, Cout), of this batch; the variance is the biased one. */
  readonly mean: Tensor;
  readonly variance: Tensor;
};

/**
 * conv-norm.ts on blocks of channels, in fewer passes. `expected` (1, Cout) is the running mean: the convolution's bias
 * subtracts it at no cost, so that the variance can be computed from sums and squares in one pass without the
 * cancellation that a large mean would cause.
 */
export function blockedConvNorm(
  x: Blocked,
  { weights, expected, window }: { weights: ConvNormWeights; expected: Tensor; window: KernelWindow },
): BlockedNormalized {
  const { graph } = x.values;
  const { weight, gamma, beta } = weights;
  const bias = expected.neg().reshaped([weight.shape[0]]);
  const { values: y, byInput, byWeight } = blockedConv(x, { weight, bias, window });
  const [batch, , height, width] = y.shape;
  const perRow = graph.scalar(1 / (batch * height * width));
  const mean = channelSums(y).mul(perRow);
  const variance = varianceOf(channelProducts(y, y).mul(perRow), mean);
  const inverse = inverseDeviation(variance);
  const factor = graph.emit({ op: 'Mul', inputs: [gamma, inverse], shape: mean.shape });
  const shift = beta.sub(mean.mul(factor));
  const z = affine(y, { scale: factor, shift });
  graph.differentiable(z, [x.values, weight, gamma, beta], (d, [before]) => {
    const sumD = channelSums(d);
    const sumDc = channelProducts(d, y).sub(mean.mul(sumD));
    const byGamma = sumDc.mul(inverse);
    const slope = byGamma.mul(inverse).mul(perRow);
    const level = mean.mul(slope).sub(sumD.mul(perRow));
    const across = affine(y, { scale: slope.neg(), shift: level, sum: d });
    const byOutput = factor.reshaped([factor.shape[1], 1]);
    const ofWeight = byWeight(across).mul(byOutput);
    const whole = byInput(across, weight.mul(byOutput), before);
    return [{ whole }, ofWeight, byGamma, sumD];
  });
  const actual = graph.emit({ op: 'Add', inputs: [mean, expected], shape: mean.shape });
  return { feature: { values: z }, mean: actual, variance };
}

/** Mean of squares less square of the mean; rounding must not make it negative. */
function varianceOf(squares: Tensor, mean: Tensor): Tensor {
  const { graph } = squares;
  const difference = squares.sub(mean.mul(mean));
  return graph.emit({ op: 'Max', inputs: [difference, graph.scalar(0)], shape: mean.shape });
}

/** functions.ts' silu with one pass less: 1 + x - y is one affine pass. */
export function blockedSilu({ values: x }: Blocked): Blocked {
  const { graph } = x;
  const s = graph.emit({ op: 'Sigmoid', inputs: [x], shape: x.shape });
  const y = graph.emit({ op: 'Mul', inputs: [x, s], shape: x.shape });
  graph.differentiable(y, [x], (d) => {
    const all = (value: number): Tensor =>
      graph.constant(`all ${value} ${x.shape[1]}`, [1, x.shape[1]], () =>
        new Float32Array(x.shape[1]).fill(value),
      );
    const rest = affine(y, { scale: all(-1), shift: all(1), sum: x });
    return [d.mul(rest.mul(s))];
  });
  return { values: y };
}
