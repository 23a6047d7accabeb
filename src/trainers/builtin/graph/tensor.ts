import { type Attributes, type ElementType, int } from '../../../onnx/encode';

export type Emit = {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly shape: readonly number[];
  readonly attributes?: Attributes;
  readonly type?: ElementType;
  readonly domain?: string;
};

/**
 * Given dL/d(output), the dL/d(input) of each input in order; undefined if no gradient flows. `before` is the gradient
 * that has reached each input on other paths: an operation that adds it at no cost returns the `whole`.
 */
export type Backward = (
  gradient: Tensor,
  before: readonly (Tensor | undefined)[],
) => readonly (Tensor | { readonly whole: Tensor } | undefined)[];

/** What a tensor needs from the graph that it belongs to. */
export type Builder = {
  /** Channels in a block of the runtime's direct convolutions, if the graph may use them; else 0. */
  readonly channelBlock: number;
  emit(node: Emit): Tensor;
  differentiable(output: Tensor, inputs: readonly Tensor[], backward: Backward): Tensor;
  constant(
    key: string,
    shape: readonly number[],
    make: () => Float32Array | Int32Array | Uint8Array | BigInt64Array,
  ): Tensor;
  scalar(value: number): Tensor;
  int64(values: readonly number[]): Tensor;
};

/** A tensor, or a number that broadcasts against everything. */
export type Operand = Tensor | number;

/**
 * A value of the graph: its name in the ONNX file, and its shape, which is known when the graph is built. Every
 * operation is written beside its derivative.
 */
export class Tensor {
  constructor(
    readonly graph: Builder,
    readonly name: string,
    readonly type: ElementType,
    readonly shape: readonly number[],
  ) {}

  add(other: Operand): Tensor {
    const b = this.#operand(other);
    return this.#binary('Add', b, (d) => [d, d]);
  }

  sub(other: Operand): Tensor {
    const b = this.#operand(other);
    return this.#binary('Sub', b, (d) => [d, d.neg()]);
  }

  mul(other: Operand): Tensor {
    const b = this.#operand(other);
    return this.#binary('Mul', b, (d) => [d.mul(b), d.mul(this)]);
  }

  /** d(a/b) = da/b - (a/b) db/b. */
  div(other: Operand): Tensor {
    const b = this.#operand(other);
    return this.#binary('Div', b, (d, quotient) => {
      const scaled = d.div(b);
      return [scaled, scaled.mul(quotient).neg()];
    });
  }

  neg(): Tensor {
    return this.#unary('Neg', (d) => d.neg());
  }

  /** At a tie the whole gradient goes to `other`. */
  max(other: Operand): Tensor {
    return this.#choose('Max', this.#operand(other));
  }

  /** At a tie the whole gradient goes to `other`. */
  min(other: Operand): Tensor {
    return this.#choose('Min', this.#operand(other));
  }

  square(): Tensor {
    return this.mul(this);
  }

  sqrt(): Tensor {
    return this.#unary('Sqrt', (d, y) => d.div(y).mul(0.5));
  }

  exp(): Tensor {
    return this.#unary('Exp', (d, y) => d.mul(y));
  }

  atan(): Tensor {
    return this.#unary('Atan', (d) => d.div(this.square().add(1)));
  }

  /** x sigmoid(x); the derivative is s (1 + x - x s), since x (1 - s) = x - x s. */
  silu(): Tensor {
    const s = this.node('Sigmoid');
    const y = this.graph.emit({ op: 'Mul', inputs: [this, s], shape: this.shape });
    return this.graph.differentiable(y, [this], (d) => {
      const ds = d.mul(s);
      return [ds.add(ds.mul(this.sub(y)))];
    });
  }

  /** log(1 + e^x), from max(x, 0) + log(1 + e^-|x|), which does not overflow. */
  softplus(): Tensor {
    const tail = this.node('Abs').neg().node('Exp');
    const rest = tail.add(1).node('Log');
    const y = this.graph.emit({ op: 'Add', inputs: [this.node('Relu'), rest], shape: this.shape });
    return this.graph.differentiable(y, [this], (d) => [d.mul(this.node('Sigmoid'))]);
  }

  /** The sum of all elements, a scalar. */
  sum(): Tensor {
    const axes = this.graph.int64(this.shape.map((_, i) => i));
    const inputs = [this, axes];
    const y = this.graph.emit({ op: 'ReduceSum', inputs, shape: [], attributes: { keepdims: int(0) } });
    return this.graph.differentiable(y, [this], (d) => [
      this.graph.emit({
        op: 'Expand',
        inputs: [d.reshaped([1]), this.graph.int64(this.shape)],
        shape: this.shape,
      }),
    ]);
  }

  /** The same value through which no gradient flows. */
  detach(): Tensor {
    return this.node('Identity');
  }

  /** A node of one input and the same shape, without a derivative. */
  node(op: string): Tensor {
    return this.graph.emit({ op, inputs: [this], shape: this.shape });
  }

  /** Another shape of the same elements, without a derivative. */
  reshaped(shape: readonly number[]): Tensor {
    if (sizeOf(this.shape) !== sizeOf(shape))
      throw new Error(`[${this.shape}] does not reshape to [${shape}]`);
    if (sameShape(this.shape, shape)) return this;
    const inputs = [this, this.graph.int64(shape)];
    return this.graph.emit({ op: 'Reshape', inputs, shape, type: this.type });
  }

  /** Summed over the axes along which an operand of `shape` was repeated: the derivative of broadcasting. */
  sumTo(shape: readonly number[]): Tensor {
    const extra = this.shape.length - shape.length;
    const axes = this.shape.flatMap((size, i) => (size !== 1 && (shape[i - extra] ?? 1) === 1 ? [i] : []));
    const summed = axes.length === 0 ? this : this.#sumOver(axes);
    return summed.reshaped(shape);
  }

  #sumOver(axes: readonly number[]): Tensor {
    const shape = this.shape.map((size, i) => (axes.includes(i) ? 1 : size));
    const inputs = [this, this.graph.int64(axes)];
    return this.graph.emit({ op: 'ReduceSum', inputs, shape, attributes: { keepdims: int(1) } });
  }

  #operand(other: Operand): Tensor {
    return typeof other === 'number' ? this.graph.scalar(other) : other;
  }

  #unary(op: string, derivative: (d: Tensor, y: Tensor) => Tensor): Tensor {
    const y = this.node(op);
    return this.graph.differentiable(y, [this], (d) => [derivative(d, y)]);
  }

  /** `derivative` may leave its results broadcast. */
  #binary(
    op: string,
    b: Tensor,
    derivative: (d: Tensor, y: Tensor) => readonly [ofA: Tensor, ofB: Tensor],
  ): Tensor {
    const y = this.graph.emit({ op, inputs: [this, b], shape: broadcastShape(this.shape, b.shape) });
    return this.graph.differentiable(y, [this, b], (d) => {
      const [ofA, ofB] = derivative(d, y);
      return [ofA.sumTo(this.shape), ofB.sumTo(b.shape)];
    });
  }

  #choose(op: 'Max' | 'Min', b: Tensor): Tensor {
    const { graph } = this;
    return this.#binary(op, b, (d, { shape }) => {
      const test = { op: op === 'Max' ? 'Greater' : 'Less', inputs: [this, b], shape } as const;
      const isA = graph.emit({ ...test, type: 'bool' });
      const pick = (yes: Tensor, no: Tensor): Tensor =>
        graph.emit({ op: 'Where', inputs: [isA, yes, no], shape });
      const zero = graph.scalar(0);
      return [pick(d, zero), pick(zero, d)];
    });
  }
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The shape of an elementwise result (NumPy's rule). */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}
