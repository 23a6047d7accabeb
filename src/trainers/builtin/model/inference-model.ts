import { encodeModel, int } from '../../../onnx/encode';
import { OnnxWriter } from '../../../onnx/writer';
import { BOX_COLUMNS, detector, MAX_STRIDE, STRIDES } from './detector';
import { inferenceBlocks, type Map2d, type WeightsByName } from './inference-blocks';
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
