import { BATCH_NORM_EPSILON } from '../graph/batch-norm';
import { int, ints, string } from '../onnx/onnx-model';
import type { Blocks } from './blocks';
import type { OnnxWriter } from './onnx-writer';

/** Reads one tensor of the trained model by name. */
export type Weights = (name: string) => Float32Array;

/** A feature map of the inference model: the name of an NCHW value, and its channels. */
export type Map2d = { readonly name: string; readonly channels: number };

/** The network as plain ONNX operators with batch norm folded into the convolutions. */
export function inferenceBlocks(writer: OnnxWriter, weights: Weights): Blocks<Map2d> {
  const convolution = (name: string, x: Map2d, { kernel, scale, bias }: Folded): Map2d => {
    const [from, to] = [x.channels, bias.length];
    const oihw = toOihw(weights(`${name}.weight`), { kernel, from, to }, scale);
    const inputs = [
      x.name,
      writer.initializer(`${name}.weight`, [to, from, kernel, kernel], oihw),
      writer.initializer(`${name}.bias`, [to], bias),
    ];
    const pad = kernel === 3 ? 1 : 0;
    const stride = kernel === 3 ? 1 : kernel;
    const attributes = {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([pad, pad, pad, pad]),
    };
    return { name: writer.node('Conv', inputs, attributes), channels: to };
  };
  return {
    convNormAct: (name, x, { kernel }) => {
      const y = convolution(`${name}.conv`, x, { kernel, ...foldNorm(`${name}.norm`, weights) });
      return { ...y, name: writer.node('Mul', [y.name, writer.node('Sigmoid', [y.name])]) };
    },
    predict: (name, x) => {
      const bias = weights(`${name}.bias`);
      return convolution(name, x, { kernel: 1, scale: new Float32Array(bias.length).fill(1), bias });
    },
    add: (a, b) => ({ ...a, name: writer.node('Add', [a.name, b.name]) }),
    concat: (parts) => ({
      name: writer.node(
        'Concat',
        parts.map((p) => p.name),
        { axis: int(1) },
      ),
      channels: parts.reduce((total, p) => total + p.channels, 0),
    }),
    upsample: (x) => {
      const scales = writer.initializer('twice', [4], Float32Array.from([1, 1, 2, 2]));
      const attributes = {
        mode: string('nearest'),
        coordinate_transformation_mode: string('asymmetric'),
        nearest_mode: string('floor'),
      };
      return { ...x, name: writer.node('Resize', [x.name, '', scales], attributes) };
    },
  };
}

type Folded = { readonly kernel: number; readonly scale: Float32Array; readonly bias: Float32Array };

/** w' = w gamma / sqrt(var + eps), b' = beta - mean gamma / sqrt(var + eps). */
function foldNorm(name: string, weights: Weights): Omit<Folded, 'kernel'> {
  const [gamma, beta] = [weights(`${name}.weight`), weights(`${name}.bias`)];
  const [mean, variance] = [weights(`${name}.running_mean`), weights(`${name}.running_var`)];
  const scale = gamma.map((g, c) => g / Math.sqrt(variance[c] + BATCH_NORM_EPSILON));
  return { scale, bias: beta.map((b, c) => b - mean[c] * scale[c]) };
}

type KernelShape = { readonly kernel: number; readonly from: number; readonly to: number };

/** A kernel (k, k, from, to) as ONNX wants it, (to, from, k, k), each output channel scaled. */
function toOihw(hwio: Float32Array, { kernel, from, to }: KernelShape, scale: Float32Array): Float32Array {
  const taps = kernel * kernel;
  const oihw = new Float32Array(hwio.length);
  for (let tap = 0, at = 0; tap < taps; tap++) {
    for (let i = 0; i < from; i++) {
      for (let o = 0; o < to; o++, at++) oihw[(o * from + i) * taps + tap] = hwio[at] * scale[o];
    }
  }
  return oihw;
}
