import { channelsOf, type Feature, gatherRows, positionsOf, rawMatmul } from './rows';
import { rawTranspose } from './shape';
import type { Tensor } from './tensor';

/** Square kernel of odd size with zero padding (kernel - 1) / 2; stride 2 halves even sizes. */
export type KernelWindow = { readonly kernel: number; readonly stride: 1 | 2 };

/**
 * Convolution as one gather of rows and one matrix product. `weight` is (Cout, k k Cin), columns in the order ky, kx,
 * cin (OHWI).
 */
export function conv(x: Feature, weight: Tensor, window: KernelWindow): Feature {
  const { feature, backward } = rawConv(x, weight, window);
  weight.graph.differentiable(feature.rows, [x.rows, weight], (d) => {
    const { byInput, byWeight } = backward(d, weight);
    return [byInput, byWeight];
  });
  return feature;
}

export type ConvGradients = { readonly byInput: Tensor; readonly byWeight: Tensor };

export type RawConv = {
  readonly feature: Feature;
  /** Derivatives for dL/dy; the one by the input is taken through `weight`. */
  readonly backward: (d: Tensor, weight: Tensor) => ConvGradients;
};

/**
 * The convolution and its derivatives, for operations that combine them with others. By the weight: dy^T patches, in
 * this order since transposing the narrow operand is twice as fast as patches^T dy. By the input: again a gather and a
 * product, see turnedConv and spreadConv.
 */
export function rawConv(x: Feature, weight: Tensor, window: KernelWindow): RawConv {
  const output = outputOf(x, window);
  const patches = patchesOf(x.rows, { input: x, output, window });
  const rows = rawMatmul(patches, weight, { transB: true });
  const place = { x, output, window };
  const ofInput = window.stride === 1 ? turnedConv : spreadConv;
  return {
    feature: { ...output, rows },
    backward: (d, through) => ({
      byInput: ofInput(place, through, d),
      byWeight: rawMatmul(d, patches, { transA: true }),
    }),
  };
}

type PlaneSize = Omit<Feature, 'rows'>;

function outputOf({ batch, height, width }: PlaneSize, { stride }: KernelWindow): PlaneSize {
  if (height % stride !== 0 || width % stride !== 0) throw new Error(`${height} x ${width} cannot be halved`);
  return { batch, height: height / stride, width: width / stride };
}

type Geometry = { readonly input: PlaneSize; readonly output: PlaneSize; readonly window: KernelWindow };

const keyOf = ({ input, window }: Geometry): string =>
  `${window.kernel}/${window.stride} ${input.batch},${input.height},${input.width}`;

/** The values under the kernel at each output position, (N, k k C); those outside the image are zero. */
function patchesOf(rows: Tensor, geometry: Geometry): Tensor {
  const { kernel } = geometry.window;
  if (kernel === 1 && geometry.window.stride === 1) return rows;
  const taps = kernel * kernel;
  const positions = positionsOf(geometry.output);
  const index = rows.graph.constant(`patches ${keyOf(geometry)}`, [positions * taps], () =>
    patchIndex(geometry),
  );
  return gatherRows(rows, index).reshaped([positions, taps * rows.shape[1]]);
}

/** For each output position the input rows under the kernel; the row after the last means zero. */
function patchIndex({ input, output, window }: Geometry): Int32Array {
  const { kernel, stride } = window;
  const index = new Int32Array(positionsOf(output) * kernel * kernel);
  const start = (kernel - 1) / 2;
  const outside = positionsOf(input);
  let at = 0;
  for (const { image, y, x } of walk(output)) {
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const iy = y * stride - start + Math.floor(tap / kernel);
      const ix = x * stride - start + (tap % kernel);
      index[at++] = isInside(input, iy, ix) ? (image * input.height + iy) * input.width + ix : outside;
    }
  }
  return index;
}

const isInside = ({ height, width }: PlaneSize, y: number, x: number): boolean =>
  y >= 0 && y < height && x >= 0 && x < width;

type PixelPosition = { readonly image: number; readonly y: number; readonly x: number };

function* walk({ batch, height, width }: PlaneSize): Generator<PixelPosition> {
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) yield { image, y, x };
    }
  }
}

type ConvolutionSite = { readonly x: Feature; readonly output: PlaneSize; readonly window: KernelWindow };

/** Stride 1: the same convolution of dy with the kernel turned by 180 degrees and its channels swapped. */
function turnedConv({ x, window }: ConvolutionSite, weight: Tensor, d: Tensor): Tensor {
  const patches = patchesOf(d, { input: x, output: x, window });
  const taps = window.kernel ** 2;
  const order = Array.from({ length: taps }, (_, i) => taps - 1 - i);
  return rawMatmul(patches, tapMatrix(weight, { taps, order, across: 1 }));
}

/**
 * 3x3 with stride 2: the 2x2 input positions 2i..2i+1 see the outputs i and i + 1 along each axis, so one product of
 * 2x2 neighbourhoods of dy with a kernel of 16 blocks (seven of them zero) gives all four.
 */
function spreadConv({ x, output, window }: ConvolutionSite, weight: Tensor, d: Tensor): Tensor {
  if (window.kernel !== 3) throw new Error('stride 2 is for 3x3 convolutions');
  const { batch, height, width } = output;
  const positions = positionsOf(output);
  const index = weight.graph.constant(`ahead ${batch},${height},${width}`, [positions * 4], () =>
    aheadIndex(output),
  );
  const ahead = gatherRows(d, index).reshaped([positions, 4 * d.shape[1]]);
  const cells = rawMatmul(ahead, tapMatrix(weight, { taps: 9, order: SPREAD_TAPS, across: 4 }));
  const channels = channelsOf(x);
  const split = cells.reshaped([batch * height, width, 2, 2 * channels]);
  return rawTranspose(split, [0, 2, 1, 3]).reshaped([positions * 4, channels]);
}

/** Each output position with the next ones to the right, below, and both. */
function aheadIndex(output: PlaneSize): Int32Array {
  const index: number[] = [];
  for (const { image, y, x } of walk(output)) {
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const inside = isInside(output, y + dy, x + dx);
      index.push(inside ? (image * output.height + y + dy) * output.width + x + dx : positionsOf(output));
    }
  }
  return Int32Array.from(index);
}

/** Along one axis, by input parity and then by output (same or next): the kernel's tap, 3 for none. */
const AXIS_TAPS = [
  [1, 3],
  [2, 0],
] as const;

/** Taps of spreadConv's blocks, ordered by output (4), then by input (4); 9 for none. */
export const SPREAD_TAPS = [0, 1, 2, 3].flatMap((next) =>
  [0, 1, 2, 3].map((parity) => {
    const ky = AXIS_TAPS[parity >> 1][next >> 1];
    const kx = AXIS_TAPS[parity & 1][next & 1];
    return ky === 3 || kx === 3 ? 9 : ky * 3 + kx;
  }),
);

type TapOrder = { readonly taps: number; readonly order: readonly number[]; readonly across: number };

/**
 * (Cout, taps Cin) -> (n / across Cout, across Cin), n = order.length: blocks of the kernel, turned so that outputs are
 * rows, in the given order; tap number `taps` is a block of zeros.
 */
function tapMatrix(weight: Tensor, { taps, order, across }: TapOrder): Tensor {
  const [outputs, columns] = weight.shape;
  const inputs = columns / taps;
  const byTap = rawTranspose(weight.reshaped([outputs, taps, inputs]), [1, 0, 2]);
  const rows = byTap.reshaped([taps, outputs * inputs]);
  const index = weight.graph.constant(`taps ${order}`, [order.length], () => Int32Array.from(order));
  const down = order.length / across;
  const blocks = gatherRows(rows, index).reshaped([down, across, outputs, inputs]);
  const turned = across === 1 ? blocks : rawTranspose(blocks, [0, 2, 1, 3]);
  return turned.reshaped([down * outputs, across * inputs]);
}
