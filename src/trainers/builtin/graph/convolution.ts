import { int } from '../onnx/onnx-model';
import { rawReshape } from './broadcast';
import { channelsOf, type Feature, positionsOf } from './feature';
import type { Graph, Tensor } from './graph';
import { rawMatmul } from './linear';
import { gatherRows } from './rows';
import { rawTranspose } from './shape';

/** Square kernel of odd size with zero padding (kernel - 1) / 2; the output is ceil(input / stride). */
export type Window = { readonly kernel: number; readonly stride: number };

/**
 * Convolution as one gather of rows and one matrix product. `weight` is (k k Cin, Cout), rows in the order ky, kx,
 * cin (HWIO). Derivative by the weight: patches^T dy. By the input: with stride 1 the same convolution of dy with the
 * kernel turned by 180 degrees; with a larger stride each input row collects its shares of dy weight^T.
 */
export function conv(graph: Graph, x: Feature, weight: Tensor, window: Window): Feature {
  const { batch } = x;
  const output = {
    batch,
    height: Math.ceil(x.height / window.stride),
    width: Math.ceil(x.width / window.stride),
  };
  const patches = patchesOf(graph, x.rows, { input: x, output, window });
  const rows = rawMatmul(graph, patches, weight);
  graph.differentiable(rows, [x.rows, weight], (d) => [
    window.stride === 1
      ? turnedConv(graph, { x, window }, weight, d)
      : collectedConv(graph, { input: x, output, window }, weight, d),
    rawMatmul(graph, patches, d, { transA: true }),
  ]);
  return { ...output, rows };
}

type Size = Omit<Feature, 'rows'>;
type Geometry = { readonly input: Size; readonly output: Size; readonly window: Window };

const keyOf = ({ input, window }: Geometry): string =>
  `${window.kernel}/${window.stride} ${input.batch},${input.height},${input.width}`;

/** What lies under the kernel at each output position, (N, k k C); what lies outside the image is zero. */
function patchesOf(graph: Graph, rows: Tensor, geometry: Geometry): Tensor {
  const { kernel } = geometry.window;
  if (kernel === 1 && geometry.window.stride === 1) return rows;
  const taps = kernel * kernel;
  const positions = positionsOf(geometry.output);
  const index = graph.constant(`patches ${keyOf(geometry)}`, [positions * taps], () => patchIndex(geometry));
  return rawReshape(graph, gatherRows(graph, rows, index), [positions, taps * rows.shape[1]]);
}

/** For each output position the input rows under the kernel; the row after the last stands for zero. */
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

const isInside = ({ height, width }: Size, y: number, x: number): boolean =>
  y >= 0 && y < height && x >= 0 && x < width;

type Position = { readonly image: number; readonly y: number; readonly x: number };

function* walk({ batch, height, width }: Size): Generator<Position> {
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) yield { image, y, x };
    }
  }
}

type Place = { readonly x: Feature; readonly window: Window };

function turnedConv(graph: Graph, { x, window }: Place, weight: Tensor, d: Tensor): Tensor {
  if (window.kernel === 1) return rawMatmul(graph, d, weight, { transB: true });
  const patches = patchesOf(graph, d, { input: x, output: x, window });
  return rawMatmul(graph, patches, turned(graph, weight, channelsOf(x)));
}

/** (k k Cin, Cout) -> (k k Cout, Cin), taps in reverse order. */
function turned(graph: Graph, weight: Tensor, channels: number): Tensor {
  const [rows, outputs] = weight.shape;
  const count = rows / channels;
  const taps = rawReshape(graph, weight, [count, channels, outputs]);
  const index = graph.constant(`reverse ${count}`, [count], () =>
    Int32Array.from({ length: count }, (_, i) => count - 1 - i),
  );
  const reversed = graph.emit({
    op: 'Gather',
    inputs: [taps, index],
    shape: taps.shape,
    attributes: { axis: int(0) },
  });
  return rawReshape(graph, rawTranspose(graph, reversed, [0, 2, 1]), [count * outputs, channels]);
}

function collectedConv(graph: Graph, geometry: Geometry, weight: Tensor, d: Tensor): Tensor {
  const taps = geometry.window.kernel ** 2;
  const [positions, channels] = [positionsOf(geometry.input), weight.shape[0] / taps];
  const shares = rawMatmul(graph, d, weight, { transB: true });
  const rows = rawReshape(graph, shares, [positionsOf(geometry.output) * taps, channels]);
  const { index, most } = shareIndex(geometry);
  const constant = graph.constant(`shares ${keyOf(geometry)}`, [positions * most], () => index);
  const collected = rawReshape(graph, gatherRows(graph, rows, constant), [positions, most, channels]);
  return graph.emit({
    op: 'ReduceSum',
    inputs: [collected, graph.int64([1])],
    shape: [positions, channels],
    attributes: { keepdims: int(0) },
  });
}

/** The inverse of patchIndex: for each input row its places in the patches, `most` a row; the rest point to zero. */
function shareIndex(geometry: Geometry): { index: Int32Array; most: number } {
  const patches = patchIndex(geometry);
  const places: number[][] = Array.from({ length: positionsOf(geometry.input) }, () => []);
  for (const [place, row] of patches.entries()) places[row]?.push(place);
  const most = places.reduce((longest, list) => Math.max(longest, list.length), 0);
  const index = new Int32Array(places.length * most).fill(patches.length);
  for (const [row, list] of places.entries()) index.set(list, row * most);
  return { index, most };
}
