import { int } from '../../../onnx/encode';
import { type Graph, sizeOf, type Tensor } from './graph';

/** The shape of an elementwise result (NumPy's rule). */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** Sums `gradient` over the axes along which an operand of `shape` was repeated: the derivative of broadcasting. */
export function unbroadcast(graph: Graph, gradient: Tensor, shape: readonly number[]): Tensor {
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, i) => (size !== 1 && (shape[i - extra] ?? 1) === 1 ? [i] : []));
  const summed = axes.length === 0 ? gradient : sumOver(graph, gradient, axes);
  return sameShape(summed.shape, shape) ? summed : rawReshape(graph, summed, shape);
}

function sumOver(graph: Graph, x: Tensor, axes: readonly number[]): Tensor {
  const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return graph.emit({
    op: 'ReduceSum',
    inputs: [x, graph.int64(axes)],
    shape,
    attributes: { keepdims: int(1) },
  });
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Reshape without a tape entry, for use inside derivatives. */
export function rawReshape(graph: Graph, x: Tensor, shape: readonly number[]): Tensor {
  if (sizeOf(x.shape) !== sizeOf(shape)) throw new Error(`[${x.shape}] does not reshape to [${shape}]`);
  if (sameShape(x.shape, shape)) return x;
  return graph.emit({ op: 'Reshape', inputs: [x, graph.int64(shape)], shape, type: x.type });
}
