import type { Attributes, Initializer, OnnxNode } from './encode';

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
