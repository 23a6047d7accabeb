import { type Words, words } from '../base/words';
import { toHalfBits } from '../domain/detection/half';
import {
  attributeType,
  ELEMENT,
  encodeCast,
  encodeGraph,
  encodeHalfTensor,
  encodeNode,
  encodeTensor,
  floatsOf,
  type Graph,
  type GraphNode,
  type GraphTensor,
  hasSubgraph,
  MODEL_FIELD,
  readGraph,
} from './graph';
import { concatenate, encodeBytes, fieldsOf, readFields, type WireField } from './wire';

/** How the element type of a node's outputs is determined. */
type TypeRule = number | { readonly input: number } | { readonly attribute: string; readonly absent: number };

const FIRST: TypeRule = { input: 0 };
const RULES: Readonly<Record<string, TypeRule>> = {
  Shape: ELEMENT.int64,
  Size: ELEMENT.int64,
  NonZero: ELEMENT.int64,
  ArgMax: ELEMENT.int64,
  ArgMin: ELEMENT.int64,
  Equal: ELEMENT.bool,
  Greater: ELEMENT.bool,
  GreaterOrEqual: ELEMENT.bool,
  Less: ELEMENT.bool,
  LessOrEqual: ELEMENT.bool,
  Not: ELEMENT.bool,
  And: ELEMENT.bool,
  Or: ELEMENT.bool,
  Cast: { attribute: 'to', absent: 0 },
  Constant: { attribute: 'value', absent: ELEMENT.float },
  ConstantOfShape: { attribute: 'value', absent: ELEMENT.float },
  Where: { input: 1 },
};

export type HalfConversion =
  | { readonly kind: 'converted'; readonly model: Uint8Array }
  | { readonly kind: 'kept'; readonly reason: Words };

// Operators that take and return any float type, all of one type, except for the inputs listed in FLOAT_INPUTS.
const CONVERTIBLE = new Set(
  `Abs Add AveragePool BatchNormalization Ceil Clip Concat Conv ConvTranspose Div Elu Erf Exp Expand Flatten Floor
  Gather Gemm GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Identity InstanceNormalization LeakyRelu Log MatMul Max
  MaxPool Mean Min Mish Mul Neg Pad Pow PRelu Reciprocal ReduceMax ReduceMean ReduceSum Relu Reshape Resize Sigmoid Slice
  Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze Upsample`.split(/\s+/),
);
/** Inputs that stay float32 in every version of the operator: Resize's region and scales. */
const FLOAT_INPUTS: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2], Upsample: [1] };
const HEAVY = new Set(['Conv', 'ConvTranspose', 'MatMul', 'Gemm']);
const LARGEST_HALF = 65504;

/**
 * A float32 model with FP16 weights and arithmetic, its input and output as before. What follows the last convolution
 * stays float32: FP16 has steps of half a pixel above 512, which would cost boxes their accuracy.
 */
export function convertToHalf(model: Uint8Array): HalfConversion {
  const fields = readFields(model);
  const graph = readGraph(fieldsOf(fields, MODEL_FIELD.graph)[0].bytes);
  const types = valueTypes(graph);
  const chosen = nodesBeforeLastConvolution(graph, types);
  const reason =
    fieldsOf(fields, MODEL_FIELD.functions).length > 0 ? words('it has functions') : whyNot(graph, chosen);
  if (reason !== undefined) return { kind: 'kept', reason };
  const rewritten = rewrite(graph, types, chosen);
  return rewritten
    ? { kind: 'converted', model: withGraph(fields, rewritten) }
    : { kind: 'kept', reason: words('a weight does not fit FP16, or is outside the file') };
}

function withGraph(fields: readonly WireField[], graph: Uint8Array): Uint8Array {
  return concatenate(
    fields.map((f) => (f.number === MODEL_FIELD.graph ? encodeBytes(MODEL_FIELD.graph, graph) : f.raw)),
  );
}

function whyNot(graph: Graph, chosen: ReadonlySet<GraphNode>): Words | undefined {
  if (graph.inputs.some(({ type }) => type === ELEMENT.half)) return words('it is an FP16 model already');
  if (chosen.size === 0) return words('it has no float32 convolution');
  const odd = [...chosen].find(
    (node) => !CONVERTIBLE.has(node.op) || node.domain !== '' || hasSubgraph(node),
  );
  return odd && words('its operator {0} cannot be converted', odd.op);
}

/** Float nodes from which a convolution or matrix product can still be reached. */
function nodesBeforeLastConvolution(graph: Graph, types: ReadonlyMap<string, number>): Set<GraphNode> {
  const needed = new Set<string>();
  const chosen = new Set<GraphNode>();
  const weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const node of [...graph.nodes].reverse()) {
    const leads = isHeavy(node, weights) || node.outputs.some((name) => needed.has(name));
    if (!leads) continue;
    for (const name of node.inputs) needed.add(name);
    if (makesFloats(node, types)) chosen.add(node);
  }
  return chosen;
}

/** Shapes are computed with integers, which do not change; constants and casts are float32 for their readers. */
function makesFloats(node: GraphNode, types: ReadonlyMap<string, number>): boolean {
  const source = node.op === 'Constant' || node.op === 'Cast';
  return !source && types.get(node.outputs[0]) === ELEMENT.float;
}

/** The convolution to one channel that ends a distribution focal loss head belongs to the boxes and stays float32. */
function isHeavy(node: GraphNode, weights: ReadonlyMap<string, GraphTensor>): boolean {
  return HEAVY.has(node.op) && weights.get(node.inputs[1])?.dims[0] !== 1;
}

/** Names of values by precision, and the nodes and tensors that make the missing ones. */
class Rewriter {
  readonly nodes: Uint8Array[] = [];
  readonly initializers: Uint8Array[] = [];
  readonly #weights: ReadonlyMap<string, GraphTensor>;
  readonly #types: ReadonlyMap<string, number>;
  /** Values that exist in FP16, float32 name to FP16 name. */
  readonly #halfs = new Map<string, string>();
  /** Values that exist in FP16 only. */
  readonly #onlyHalf = new Set<string>();
  unfit = false;

  constructor(graph: Graph, types: ReadonlyMap<string, number>) {
    this.#weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    this.#types = types;
  }

  /** An FP16 node: its float inputs are cast to FP16. */
  addHalf(node: GraphNode): void {
    const kept = FLOAT_INPUTS[node.op] ?? [];
    const inputs = node.inputs.map((name, i) => (kept.includes(i) ? this.single(name) : this.#half(name)));
    const outputs = node.outputs.map((name) => (name === '' ? '' : `${name}__half`));
    this.nodes.push(encodeNode(node, inputs, outputs));
    for (const name of node.outputs.filter((n) => n !== '')) {
      this.#halfs.set(name, `${name}__half`);
      this.#onlyHalf.add(name);
    }
  }

  addSingle(node: GraphNode): void {
    this.nodes.push(
      encodeNode(
        node,
        node.inputs.map((name) => this.single(name)),
        node.outputs,
      ),
    );
  }

  /** The float32 value of a name, cast if only FP16 exists. */
  single(name: string): string {
    if (this.#onlyHalf.delete(name)) this.nodes.push(encodeCast(`${name}__half`, name, ELEMENT.float));
    return name;
  }

  #half(name: string): string {
    if (name === '' || this.#types.get(name) !== ELEMENT.float) return name;
    const known = this.#halfs.get(name);
    if (known !== undefined) return known;
    const half = `${name}__half`;
    const weight = this.#weights.get(name);
    if (weight) this.#addWeight(weight, half);
    else this.nodes.push(encodeCast(name, half, ELEMENT.half));
    this.#halfs.set(name, half);
    return half;
  }

  #addWeight(weight: GraphTensor, name: string): void {
    const values = floatsOf(weight);
    this.unfit ||= !values?.every((v) => Math.abs(v) <= LARGEST_HALF);
    if (values)
      this.initializers.push(encodeHalfTensor(name, weight.dims, Uint16Array.from(values, toHalfBits)));
  }
}

function rewrite(
  graph: Graph,
  types: ReadonlyMap<string, number>,
  chosen: ReadonlySet<GraphNode>,
): Uint8Array | undefined {
  const rewriter = new Rewriter(graph, types);
  for (const node of graph.nodes) {
    if (chosen.has(node)) rewriter.addHalf(node);
    else rewriter.addSingle(node);
  }
  for (const { name } of graph.outputs) rewriter.single(name);
  if (rewriter.unfit) return undefined;
  const { nodes } = rewriter;
  const stillUsed = singlesUsed(graph, chosen);
  const kept = graph.initializers.filter(({ name, type }) => type !== ELEMENT.float || stillUsed.has(name));
  return encodeGraph(graph, { nodes, initializers: [...kept.map(encodeTensor), ...rewriter.initializers] });
}

/** Float32 names that some node or output still reads. */
function singlesUsed(graph: Graph, chosen: ReadonlySet<GraphNode>): Set<string> {
  // Old files list their weights among the inputs; without its value such an input would have to be fed.
  const used = new Set([...graph.outputs, ...graph.inputs].map(({ name }) => name));
  for (const node of graph.nodes) {
    const kept = FLOAT_INPUTS[node.op] ?? [];
    node.inputs.forEach((name, i) => {
      if (!chosen.has(node) || kept.includes(i)) used.add(name);
    });
  }
  return used;
}

/** Element types of all values, by name; nodes whose outputs differ in type are known from the rewrite's own list. */
function valueTypes(graph: Graph): Map<string, number> {
  const types = new Map<string, number>();
  for (const { name, type } of [...graph.inputs, ...graph.initializers]) types.set(name, type);
  for (const node of graph.nodes) {
    const type = outputType(node, types);
    for (const output of node.outputs) types.set(output, type);
  }
  return types;
}

function outputType(node: GraphNode, types: ReadonlyMap<string, number>): number {
  const rule = RULES[node.op] ?? FIRST;
  if (typeof rule === 'number') return rule;
  if ('input' in rule) return types.get(node.inputs[rule.input]) ?? 0;
  return attributeType(node, rule.attribute) ?? rule.absent;
}
