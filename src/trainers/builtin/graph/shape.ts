import { int, ints } from '../../../onnx/encode';
import type { Tensor } from './tensor';

export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const y = x.reshaped(shape);
  return y === x ? x : x.graph.differentiable(y, [x], (d) => [d.reshaped(x.shape)]);
}

export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  const y = rawTranspose(x, perm);
  const inverse = perm.map((_, i) => perm.indexOf(i));
  return x.graph.differentiable(y, [x], (d) => [rawTranspose(d, inverse)]);
}

export function rawTranspose(x: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((axis) => x.shape[axis]);
  return x.graph.emit({
    op: 'Transpose',
    inputs: [x],
    shape,
    attributes: { perm: ints(perm) },
    type: x.type,
  });
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 1) return parts[0];
  const y = rawConcat(parts, axis);
  return parts[0].graph.differentiable(y, parts, (d) => {
    let start = 0;
    return parts.map((part) => {
      const piece = rawSlice(d, { axis, start, length: part.shape[axis] });
      start += part.shape[axis];
      return piece;
    });
  });
}

export function rawConcat(parts: readonly Tensor[], axis: number): Tensor {
  const size = parts.reduce((total, part) => total + part.shape[axis], 0);
  const shape = parts[0].shape.map((n, i) => (i === axis ? size : n));
  return parts[0].graph.emit({ op: 'Concat', inputs: parts, shape, attributes: { axis: int(axis) } });
}

export type SliceRange = { readonly axis: number; readonly start: number; readonly length: number };

/** `length` elements of one axis from `start`; the derivative pads with zeros. */
export function slice(x: Tensor, range: SliceRange): Tensor {
  const y = rawSlice(x, range);
  return x.graph.differentiable(y, [x], (d) => [zeroPad(d, x, range)]);
}

export function rawSlice(x: Tensor, { axis, start, length }: SliceRange): Tensor {
  const { graph } = x;
  if (start === 0 && length === x.shape[axis]) return x;
  const bounds = [[start], [start + length], [axis]].map((v) => graph.int64(v));
  const shape = x.shape.map((n, i) => (i === axis ? length : n));
  return graph.emit({ op: 'Slice', inputs: [x, ...bounds], shape });
}

function zeroPad(d: Tensor, x: Tensor, { axis, start, length }: SliceRange): Tensor {
  const zeros = (size: number): Tensor[] => {
    if (size === 0) return [];
    const shape = x.shape.map((n, i) => (i === axis ? size : n));
    const count = shape.reduce((a, b) => a * b, 1);
    return [d.graph.constant(`zeros ${shape}`, shape, () => new Float32Array(count))];
  };
  const parts = [...zeros(start), d, ...zeros(x.shape[axis] - start - length)];
  return parts.length === 1 ? d : rawConcat(parts, axis);
}
