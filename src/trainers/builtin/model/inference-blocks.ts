import { int, ints, string } from '../../../onnx/encode';
import type { OnnxWriter } from '../../../onnx/writer';
import { BATCH_NORM_EPSILON } from '../graph/conv-norm';
import type { KernelWindow } from '../graph/convolution';
import { type Blocks, STEM_PATCH } from './blocks';

/** Reads one tensor of the trained model by name. */
export type WeightsByName = (name: string) => Float32Array;

/** A feature map of the inference model: the name of an NCHW value, and its channels. */
export type Map2d = { readonly name: string; readonly channels: number };

/** The network as plain ONNX operators with batch norm folded into the convolutions. */
export function inferenceBlocks(writer: OnnxWriter, weights: WeightsByName): Blocks<Map2d> {
  const convolution = (name: string, x: Map2d, { kernel, stride, scale, bias }: Folded): Map2d => {
    const [from, to] = [x.channels, bias.length];
    const shape = { kernel, patch: name.startsWith('stem') ? STEM_PATCH : 1, from, to };
    const side = shape.kernel * shape.patch;
    const oihw = toOihw(weights(`${name}.weight`), shape, scale);
    const inputs = [
      x.name,
      writer.initializer(`${name}.weight`, [to, from, side, side], oihw),
      writer.initializer(`${name}.bias`, [to], bias),
    ];
    const pad = ((kernel - 1) / 2) * shape.patch;
    const attributes = {
      kernel_shape: ints([side, side]),
      strides: ints([stride * shape.patch, stride * shape.patch]),
      pads: ints([pad, pad, pad, pad]),
    };
    return { name: writer.node('Conv', inputs, attributes), channels: to };
  };
  const convNormAct = (name: string, x: Map2d, window: KernelWindow): Map2d => {
    const y = convolution(`${name}.conv`, x, { ...window, ...foldNorm(`${name}.norm`, weights) });
    return { ...y, name: writer.node('Mul', [y.name, writer.node('Sigmoid', [y.name])]) };
  };
  return {
    stem: (name, image) => convNormAct(name, image, { kernel: 1, stride: 1 }),
    convNormAct: (name, x, { kernel, stride = 1 }) => convNormAct(name, x, { kernel, stride }),
    predict: (name, x) => {
      const bias = weights(`${name}.bias`);
      const scale = new Float32Array(bias.length).fill(1);
      return convolution(name, x, { kernel: 1, stride: 1, scale, bias });
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

type Folded = KernelWindow & { readonly scale: Float32Array; readonly bias: Float32Array };

/** w' = w gamma / sqrt(var + eps), b' = beta - mean gamma / sqrt(var + eps). */
function foldNorm(name: string, weights: WeightsByName): Omit<Folded, keyof KernelWindow> {
  const [gamma, beta] = [weights(`${name}.weight`), weights(`${name}.bias`)];
  const [mean, variance] = [weights(`${name}.running_mean`), weights(`${name}.running_var`)];
  const scale = gamma.map((g, c) => g / Math.sqrt(variance[c] + BATCH_NORM_EPSILON));
  return { scale, bias: beta.map((b, c) => b - mean[c] * scale[c]) };
}

type KernelShape = {
  readonly kernel: number;
  /** Each row of the kernel's input is a patch of this side; 1 except for the stem, whose kernel is one patch. */
  readonly patch: number;
  readonly from: number;
  readonly to: number;
};

/** A kernel (to, k, k, from), of a patch (to, from, patch, patch), as ONNX expects it (OIHW), each output scaled. */
function toOihw(
  ohwi: Float32Array,
  { kernel, patch, from, to }: KernelShape,
  scale: Float32Array,
): Float32Array {
  const columns = ohwi.length / to;
  const taps = kernel ** 2;
  const oihw = new Float32Array(ohwi.length);
  for (let column = 0; column < columns; column++) {
    const place = patch > 1 ? column : (column % from) * taps + Math.floor(column / from);
    for (let o = 0; o < to; o++) oihw[o * columns + place] = ohwi[o * columns + column] * scale[o];
  }
  return oihw;
}
