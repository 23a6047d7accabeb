import type {
  ElementType,
  Initializer,
  OnnxModel,
  OnnxNode,
  TensorData,
  ValueInfo,
} from '../../../onnx/encode';
import { type Backward, type Builder, type Emit, sizeOf, Tensor } from './tensor';

/** What reverse-mode differentiation needs to know of one operation. */
export type TapeEntry = {
  readonly output: Tensor;
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
};

/** An ONNX graph under construction, with the tape of what can be differentiated. */
export class Graph implements Builder {
  readonly tape: TapeEntry[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #constants = new Map<string, Tensor>();
  #bytes = 0;

  /** `channelBlock`: channels in a block of the runtime's direct convolutions, if the graph may use them; else 0. */
  constructor(readonly channelBlock = 0) {}

  input(name: string, shape: readonly number[], type: ElementType = 'float32'): Tensor {
    this.#inputs.push({ name, type, dims: shape });
    return new Tensor(this, name, type, shape);
  }

  /** Gives `tensor` a public name; the value can be fetched from a run. */
  output(name: string, tensor: Tensor): void {
    this.#nodes.push({ op: 'Identity', inputs: [tensor.name], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type: tensor.type, dims: tensor.shape });
  }

  /** A constant made once for a `key`; `make` runs only the first time. */
  constant(key: string, shape: readonly number[], make: () => TensorData): Tensor {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const data = make();
    const tensor = new Tensor(this, `const:${key}`, elementType(data), shape);
    this.#initializers.push({ name: tensor.name, type: tensor.type, dims: shape, data });
    this.#constants.set(key, tensor);
    return tensor;
  }

  /** A float32 number that broadcasts against everything. */
  scalar(value: number): Tensor {
    return this.constant(`scalar ${value}`, [], () => new Float32Array([value]));
  }

  int64(values: readonly number[]): Tensor {
    return this.constant(`int64 ${values.join()}`, [values.length], () =>
      BigInt64Array.from(values, (v) => BigInt(v)),
    );
  }

  /** One ONNX node with one output, without a derivative. */
  emit({ op, inputs, shape, attributes = {}, type = 'float32', domain = '' }: Emit): Tensor {
    const name = `t${this.#nodes.length}`;
    this.#nodes.push({ op, inputs: inputs.map((t) => t.name), outputs: [name], attributes, domain });
    this.#bytes += 4 * sizeOf(shape);
    return new Tensor(this, name, type, shape);
  }

  /** Records how `output` was made of `inputs`, and returns it. */
  differentiable(output: Tensor, inputs: readonly Tensor[], backward: Backward): Tensor {
    this.tape.push({ output, inputs, backward });
    return output;
  }

  /** Bytes of all values that the nodes make. A run needs less: the runtime reuses memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The graph as a model; nodes and constants that no output needs are left out. */
  toModel(name: string): OnnxModel {
    const needed = new Set(this.#outputs.map((output) => output.name));
    const nodes = this.#nodes.toReversed().filter(({ inputs, outputs }) => {
      const used = outputs.some((output) => needed.has(output));
      if (used) for (const input of inputs) needed.add(input);
      return used;
    });
    return {
      name,
      nodes: nodes.reverse(),
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers.filter((constant) => needed.has(constant.name)),
      metadata: {},
    };
  }
}

function elementType(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}
