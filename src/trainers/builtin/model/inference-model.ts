import { encodeModel, int, ints, OnnxWriter, string } from '../../../onnx/encode';
import { BATCH_NORM_EPSILON } from '../graph/conv-norm';
import type { KernelWindow } from '../graph/convolution';
import { type Blocks, BOX_COLUMNS, detector, MAX_STRIDE, STEM_PATCH, STRIDES } from './detector';
import type { ModelOptions } from './layout';

/** Metadata that is written into the file; the keys are those of Ultralytics' own exports. */
export type ExportMetadata = {
  /** Class names in order; there are as many as the model has classes. */
  readonly names: readonly string[];
  readonly description?: string;
  /** ISO 8601; now, if absent. */
  readonly date?: string;
  /** Of Pitwall. */
  readonly version?: string;
};

export type InferenceOptions = ModelOptions & { readonly imgsz: number; readonly batch: number };

/**
 * The detector as an ONNX file: `images` (batch, 3, H, W) RGB 0..1 with a dynamic batch, `output0` (batch, 4 +
 * classes, anchors): centre x, y, width, height in input pixels, then class scores after the sigmoid (the layout of
 * Ultralytics v8).
 */
export function inferenceModel(
  options: InferenceOptions,
  weights: WeightsByName,
  metadata: ExportMetadata,
): Uint8Array {
  const { imgsz, classes } = options;
  const writer = new OnnxWriter();
  const heads = detector(inferenceBlocks(writer, weights), { name: 'images', channels: 3 }, options);
  const columns = BOX_COLUMNS + classes;
  const flat = heads.map((head: Map2d) =>
    writer.node('Reshape', [head.name, writer.int64([0, columns, -1])]),
  );
  decodeInto(writer, writer.node('Concat', flat, { axis: int(2) }), imgsz);
  const anchors = STRIDES.reduce((total, stride) => total + (imgsz / stride) ** 2, 0);
  return encodeModel(
    {
      name: 'pitwall-detector',
      nodes: writer.nodes,
      initializers: writer.initializers,
      inputs: [{ name: 'images', type: 'float32', dims: ['batch', 3, imgsz, imgsz] }],
      outputs: [{ name: 'output0', type: 'float32', dims: ['batch', columns, anchors] }],
      metadata: metadataProps(options, metadata),
    },
    metadata.version ?? '',
  );
}

/** Offsets and log sizes in strides become boxes in pixels, logits become scores. */
function decodeInto(writer: OnnxWriter, rows: string, imgsz: number): void {
  const cut = (from: number, to: number): string => {
    const bounds = [[from], [to], [1]].map((v) => writer.int64(v));
    return writer.node('Slice', [rows, ...bounds]);
  };
  const { centres, strides } = anchorTables(imgsz);
  const count = strides.length;
  const stride = writer.initializer('strides', [1, 1, count], strides);
  const anchor = writer.initializer('anchors', [1, 2, count], centres);
  const centre = writer.node('Add', [writer.node('Mul', [cut(0, 2), stride]), anchor]);
  const size = writer.node('Mul', [writer.node('Exp', [cut(2, 4)]), stride]);
  const scores = writer.node('Sigmoid', [cut(BOX_COLUMNS, 2 ** 31 - 1)]);
  writer.nodes.push({
    op: 'Concat',
    inputs: [centre, size, scores],
    outputs: ['output0'],
    attributes: { axis: int(1) },
  });
}

/** Centres (x of all anchors, then y) in pixels, and the stride of each. */
function anchorTables(imgsz: number): { centres: Float32Array; strides: Float32Array } {
  const cells = STRIDES.flatMap((stride) => {
    const side = imgsz / stride;
    return Array.from({ length: side * side }, (_, i) => ({
      stride,
      x: ((i % side) + 0.5) * stride,
      y: (Math.floor(i / side) + 0.5) * stride,
    }));
  });
  return {
    centres: Float32Array.from([...cells.map((c) => c.x), ...cells.map((c) => c.y)]),
    strides: Float32Array.from(cells, (c) => c.stride),
  };
}

/** Values are Python literals, not JSON: Ultralytics reads them with ast.literal_eval. */
function metadataProps(
  { size, imgsz, batch }: InferenceOptions,
  metadata: ExportMetadata,
): Record<string, string> {
  return {
    description: metadata.description ?? `Pitwall ${size} detector`,
    author: 'Pitwall',
    date: metadata.date ?? new Date().toISOString(),
    version: metadata.version ?? '',
    stride: String(MAX_STRIDE),
    task: 'detect',
    batch: String(batch),
    imgsz: `[${imgsz}, ${imgsz}]`,
    names: `{${metadata.names.map((name, i) => `${i}: ${pythonString(name)}`).join(', ')}}`,
    args: `{'batch': ${batch}, 'half': False, 'dynamic': False, 'nms': False}`,
    channels: '3',
    end2end: 'False',
  };
}

/** A Python string literal in single quotes. */
export function pythonString(text: string): string {
  const escaped = text
    .replace(/[\\']/g, (c) => `\\${c}`)
    .replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `'${escaped}'`;
}

/** Reads one tensor of the trained model by name. */
type WeightsByName = (name: string) => Float32Array;

/** A feature map of the inference model: the name of an NCHW value, and its channels. */
type Map2d = { readonly name: string; readonly channels: number };

/** The network as plain ONNX operators with batch norm folded into the convolutions. */
function inferenceBlocks(writer: OnnxWriter, weights: WeightsByName): Blocks<Map2d> {
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
