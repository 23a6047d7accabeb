import {
  concatenate,
  encodeBytes,
  encodeText,
  encodeVarint,
  fieldsOf,
  readFields,
  textOf,
  varintOf,
  type WireField,
} from './wire';

// The parts of an ONNX graph that a rewrite needs (onnx.proto3); everything else is kept as bytes.
export const MODEL_FIELD = { graph: 7, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const NODE = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, int: 3, tensor: 5, graph: 6, graphs: 11 } as const;
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8, raw: 9, external: 13 } as const;

export const ELEMENT = { float: 1, int64: 7, bool: 9, half: 10 } as const;

export type GraphNode = {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly fields: readonly WireField[];
};

export type GraphTensor = {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly fields: readonly WireField[];
};

export type Graph = {
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly GraphTensor[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
  /** Name, documentation and the like. */
  readonly rest: readonly Uint8Array[];
};

export function readGraph(bytes: Uint8Array): Graph {
  const fields = readFields(bytes);
  const parts = new Set<number>(Object.values(GRAPH));
  return {
    nodes: fieldsOf(fields, GRAPH.node).map((f) => readNode(f.bytes)),
    initializers: fieldsOf(fields, GRAPH.initializer).map((f) => readTensor(f.bytes)),
    inputs: fieldsOf(fields, GRAPH.input).map((f) => readValue(f.bytes)),
    outputs: fieldsOf(fields, GRAPH.output).map((f) => readValue(f.bytes)),
    rest: fields.filter((f) => !parts.has(f.number)).map((f) => f.raw),
  };
}

function readNode(bytes: Uint8Array): GraphNode {
  const fields = readFields(bytes);
  const names = (number: number): string[] => fieldsOf(fields, number).map((f) => decode(f.bytes));
  return {
    op: textOf(fields, NODE.op),
    domain: textOf(fields, NODE.domain),
    inputs: names(NODE.input),
    outputs: names(NODE.output),
    fields,
  };
}

function readTensor(bytes: Uint8Array): GraphTensor {
  const fields = readFields(bytes);
  return {
    name: textOf(fields, TENSOR.name),
    type: varintOf(fields, TENSOR.type),
    dims: readDims(fields),
    fields,
  };
}

/** Packed in one field, or one field each. */
function readDims(fields: readonly WireField[]): readonly number[] {
  return fieldsOf(fields, TENSOR.dims).flatMap((f) =>
    f.bytes.length > 0 ? readVarints(f.bytes) : [f.varint],
  );
}

function readVarints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    values.push(value);
    value = 0;
    scale = 1;
  }
  return values;
}

function readValue(bytes: Uint8Array): GraphTensor {
  const fields = readFields(bytes);
  const type = fieldsOf(fields, 2)[0];
  const tensor = type && fieldsOf(readFields(type.bytes), 1)[0];
  return {
    name: textOf(fields, 1),
    type: tensor ? varintOf(readFields(tensor.bytes), 1) : 0,
    dims: [],
    fields,
  };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Element type of a node's output that an attribute sets: Cast's `to`, Constant's and ConstantOfShape's `value`. */
export function attributeType(node: GraphNode, name: string): number | undefined {
  const attribute = attributesOf(node).find((fields) => textOf(fields, ATTRIBUTE.name) === name);
  if (!attribute) return undefined;
  const tensor = fieldsOf(attribute, ATTRIBUTE.tensor)[0];
  return tensor ? readTensor(tensor.bytes).type : varintOf(attribute, ATTRIBUTE.int);
}

export function hasSubgraph(node: GraphNode): boolean {
  return attributesOf(node).some(
    (fields) => fieldsOf(fields, ATTRIBUTE.graph).length + fieldsOf(fields, ATTRIBUTE.graphs).length > 0,
  );
}

function attributesOf(node: GraphNode): (readonly WireField[])[] {
  return fieldsOf(node.fields, NODE.attribute).map((f) => readFields(f.bytes));
}

/** The node with other inputs and outputs. */
export function encodeNode(
  node: GraphNode,
  inputs: readonly string[],
  outputs: readonly string[],
): Uint8Array {
  const rest = node.fields.filter((f) => f.number !== NODE.input && f.number !== NODE.output);
  return concatenate([
    ...inputs.map((name) => encodeText(NODE.input, name)),
    ...outputs.map((name) => encodeText(NODE.output, name)),
    ...rest.map((f) => f.raw),
  ]);
}

export function encodeCast(from: string, to: string, type: number): Uint8Array {
  const attribute = concatenate([encodeText(1, 'to'), encodeVarint(3, type), encodeVarint(20, 2)]);
  return concatenate([
    encodeText(NODE.input, from),
    encodeText(NODE.output, to),
    encodeText(3, `pitwall_cast_${to}`),
    encodeText(NODE.op, 'Cast'),
    encodeBytes(NODE.attribute, attribute),
  ]);
}

/** Values of a float32 tensor; undefined if they are outside the file. */
export function floatsOf(tensor: GraphTensor): Float32Array | undefined {
  if (fieldsOf(tensor.fields, TENSOR.external).length > 0) return undefined;
  const parts = [...fieldsOf(tensor.fields, TENSOR.raw), ...fieldsOf(tensor.fields, TENSOR.floats)];
  const bytes = concatenate(parts.map((f) => (f.bytes.length > 0 ? f.bytes : f.raw.subarray(-4))));
  const count = tensor.dims.reduce((a, b) => a * b, 1);
  return bytes.length === 4 * count ? new Float32Array(bytes.buffer) : undefined;
}

export function encodeHalfTensor(name: string, dims: readonly number[], halfs: Uint16Array): Uint8Array {
  return concatenate([
    ...dims.map((dim) => encodeVarint(TENSOR.dims, dim)),
    encodeVarint(TENSOR.type, ELEMENT.half),
    encodeText(TENSOR.name, name),
    encodeBytes(TENSOR.raw, new Uint8Array(halfs.buffer, halfs.byteOffset, halfs.byteLength)),
  ]);
}

export type GraphParts = {
  readonly nodes: readonly Uint8Array[];
  readonly initializers: readonly Uint8Array[];
};

/** The graph with other nodes and initializers. Inferred types of values in between are left out: they may have changed. */
export function encodeGraph(graph: Graph, { nodes, initializers }: GraphParts): Uint8Array {
  const values = (list: readonly GraphTensor[], number: number): Uint8Array[] =>
    list.map((v) => encodeBytes(number, concatenate(v.fields.map((f) => f.raw))));
  return concatenate([
    ...nodes.map((node) => encodeBytes(GRAPH.node, node)),
    ...initializers.map((tensor) => encodeBytes(GRAPH.initializer, tensor)),
    ...values(graph.inputs, GRAPH.input),
    ...values(graph.outputs, GRAPH.output),
    ...graph.rest,
  ]);
}

export function encodeTensor(tensor: GraphTensor): Uint8Array {
  return concatenate(tensor.fields.map((f) => f.raw));
}
