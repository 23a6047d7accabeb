import protobuf from 'protobufjs';
import protoText from './onnx.proto';

/** Element types by ONNX's own numbers (TensorProto.DataType). */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array;

/** A number in `dims` is fixed; a string names a dimension that is only known at run time. */
export type ValueInfo = {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
};

export type Initializer = {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
};

export type AttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type OnnxNode = {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** Empty for the standard operators. */
  readonly domain?: string;
};

export type OnnxModel = {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  readonly metadata: Readonly<Record<string, string>>;
};

const OPSET = 17;
const IR_VERSION = 8;
const ATTRIBUTE_TYPES = { int: 2, string: 3, ints: 7 } as const;
const modelType = protobuf.parse(protoText).root.lookupType('onnx.ModelProto');

export const int = (value: number): AttributeValue => ({ kind: 'int', value });
export const string = (value: string): AttributeValue => ({ kind: 'string', value });
export const ints = (value: readonly number[]): AttributeValue => ({ kind: 'ints', value });

/** The model as an ONNX file: opset 17, weights as raw little-endian data. */
export function encodeModel(model: OnnxModel, version: string): Uint8Array {
  const domains = new Set(model.nodes.map((node) => node.domain ?? ''));
  const message = modelType.create({
    irVersion: IR_VERSION,
    producerName: 'pitwall',
    producerVersion: version,
    opsetImport: [...domains].map((domain) => ({ domain, version: domain === '' ? OPSET : 1 })),
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: model.name,
      node: model.nodes.map(encodeNode),
      initializer: model.initializers.map(encodeInitializer),
      input: model.inputs.map(encodeValueInfo),
      output: model.outputs.map(encodeValueInfo),
    },
  });
  return modelType.encode(message).finish();
}

function encodeNode(node: OnnxNode, index: number): object {
  return {
    name: `${node.op}_${index}`,
    opType: node.op,
    domain: node.domain ?? '',
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
  };
}

function encodeAttribute(name: string, { kind, value }: AttributeValue): object {
  const type = ATTRIBUTE_TYPES[kind];
  if (kind === 'int') return { name, type, i: value };
  if (kind === 'string') return { name, type, s: new TextEncoder().encode(value) };
  return { name, type, ints: value };
}

function encodeInitializer({ name, type, dims, data }: Initializer): object {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims, dataType: ELEMENT_TYPES[type], rawData };
}

function encodeValueInfo({ name, type, dims }: ValueInfo): object {
  const dim = dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

/** Collects the nodes and weights of an ONNX file. */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, Initializer>();

  get initializers(): Initializer[] {
    return [...this.#initializers.values()];
  }

  /** Appends a node with one output and returns the output's name. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `${op.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  initializer(name: string, dims: readonly number[], data: Float32Array): string {
    this.#initializers.set(name, { name, type: 'float32', dims, data });
    return name;
  }

  int64(values: readonly number[]): string {
    const name = `int64_${values.join('_')}`;
    const data = BigInt64Array.from(values, (v) => BigInt(v));
    this.#initializers.set(name, { name, type: 'int64', dims: [values.length], data });
    return name;
  }
}
