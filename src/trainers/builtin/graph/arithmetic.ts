import { broadcastShape, unbroadcast } from './broadcast';
import type { Graph, Tensor } from './graph';

const binary = (graph: Graph, op: string, a: Tensor, b: Tensor): Tensor =>
  graph.emit({ op, inputs: [a, b], shape: broadcastShape(a.shape, b.shape) });

export function add(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return graph.differentiable(binary(graph, 'Add', a, b), [a, b], (d) => [
    unbroadcast(graph, d, a.shape),
    unbroadcast(graph, d, b.shape),
  ]);
}

export function sub(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return graph.differentiable(binary(graph, 'Sub', a, b), [a, b], (d) => [
    unbroadcast(graph, d, a.shape),
    unbroadcast(graph, neg(graph, d), b.shape),
  ]);
}

export function mul(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return graph.differentiable(binary(graph, 'Mul', a, b), [a, b], (d) => [
    unbroadcast(graph, binary(graph, 'Mul', d, b), a.shape),
    unbroadcast(graph, binary(graph, 'Mul', d, a), b.shape),
  ]);
}

/** d(a/b) = da/b - (a/b) db/b. */
export function div(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const quotient = binary(graph, 'Div', a, b);
  return graph.differentiable(quotient, [a, b], (d) => {
    const scaled = binary(graph, 'Div', d, b);
    const ofB = neg(graph, binary(graph, 'Mul', scaled, quotient));
    return [unbroadcast(graph, scaled, a.shape), unbroadcast(graph, ofB, b.shape)];
  });
}

export function neg(graph: Graph, x: Tensor): Tensor {
  return graph.differentiable(graph.emit({ op: 'Neg', inputs: [x], shape: x.shape }), [x], (d) => [
    neg(graph, d),
  ]);
}

/** At a tie the whole gradient goes to `b`. */
export function max(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return choose(graph, 'Max', a, b);
}

/** At a tie the whole gradient goes to `b`. */
export function min(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return choose(graph, 'Min', a, b);
}

function choose(graph: Graph, op: 'Max' | 'Min', a: Tensor, b: Tensor): Tensor {
  const chosen = binary(graph, op, a, b);
  return graph.differentiable(chosen, [a, b], (d) => {
    const test = { op: op === 'Max' ? 'Greater' : 'Less', inputs: [a, b], shape: chosen.shape } as const;
    const isA = graph.emit({ ...test, type: 'bool' });
    const pick = (yes: Tensor, no: Tensor): Tensor =>
      graph.emit({ op: 'Where', inputs: [isA, yes, no], shape: chosen.shape });
    const zero = graph.scalar(0);
    return [unbroadcast(graph, pick(d, zero), a.shape), unbroadcast(graph, pick(zero, d), b.shape)];
  });
}

/** The same value through which no gradient flows. */
export function detach(graph: Graph, x: Tensor): Tensor {
  return graph.emit({ op: 'Identity', inputs: [x], shape: x.shape });
}

export const scale = (graph: Graph, x: Tensor, factor: number): Tensor => mul(graph, x, graph.scalar(factor));
export const addScalar = (graph: Graph, x: Tensor, value: number): Tensor =>
  add(graph, x, graph.scalar(value));
export const square = (graph: Graph, x: Tensor): Tensor => mul(graph, x, x);
