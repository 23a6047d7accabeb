import { int, ints } from '../../../onnx/encode';
import { rawReshape } from './broadcast';
import type { Graph, Tensor } from './graph';

export function reshape(graph: Graph, x: Tensor, shape: readonly number[]): Tensor {
  const y = rawReshape(graph, x, shape);
  return y === x ? x : graph.differentiable(y, [x], (d) => [rawReshape(graph, d, x.shape)]);
}

export function transpose(graph: Graph, x: Tensor, perm: readonly number[]): Tensor {
  const y = rawTranspose(graph, x, perm);
  const inverse = perm.map((_, i) => perm.indexOf(i));
  return graph.differentiable(y, [x], (d) => [rawTranspose(graph, d, inverse)]);
}

export function rawTranspose(graph: Graph, x: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((axis) => x.shape[axis]);
  return graph.emit({ op: 'Transpose', inputs: [x], shape, attributes: { perm: ints(perm) }, type: x.type });
}

export function concat(graph: Graph, parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 1) return parts[0];
  const y = rawConcat(graph, parts, axis);
  return graph.differentiable(y, parts, (d) => {
    let start = 0;
    return parts.map((part) => {
      const piece = rawSlice(graph, d, { axis, start, length: part.shape[axis] });
      start += part.shape[axis];
      return piece;
    });
  });
}

export function rawConcat(graph: Graph, parts: readonly Tensor[], axis: number): Tensor {
  const size = parts.reduce((total, part) => total + part.shape[axis], 0);
  const shape = parts[0].shape.map((n, i) => (i === axis ? size : n));
  return graph.emit({ op: 'Concat', inputs: parts, shape, attributes: { axis: int(axis) } });
}

export type SliceRange = { readonly axis: number; readonly start: number; readonly length: number };

/** `length` elements of one axis from `start`; the derivative pads with zeros. */
export function slice(graph: Graph, x: Tensor, range: SliceRange): Tensor {
  const y = rawSlice(graph, x, range);
  return graph.differentiable(y, [x], (d) => [zeroPad(graph, d, x, range)]);
}

export function rawSlice(graph: Graph, x: Tensor, { axis, start, length }: SliceRange): Tensor {
  if (start === 0 && length === x.shape[axis]) return x;
  const bounds = [[start], [start + length], [axis]].map((v) => graph.int64(v));
  const shape = x.shape.map((n, i) => (i === axis ? length : n));
  return graph.emit({ op: 'Slice', inputs: [x, ...bounds], shape });
}

function zeroPad(graph: Graph, d: Tensor, x: Tensor, { axis, start, length }: SliceRange): Tensor {
  const zeros = (size: number): Tensor[] => {
    if (size === 0) return [];
    const shape = x.shape.map((n, i) => (i === axis ? size : n));
    const count = shape.reduce((a, b) => a * b, 1);
    return [graph.constant(`zeros ${shape}`, shape, () => new Float32Array(count))];
  };
  const parts = [...zeros(start), d, ...zeros(x.shape[axis] - start - length)];
  return parts.length === 1 ? d : rawConcat(graph, parts, axis);
}
