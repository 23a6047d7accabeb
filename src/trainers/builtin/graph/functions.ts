import { add, mul, neg, sub } from './arithmetic';
import type { Graph, Tensor } from './graph';

const unary = (graph: Graph, op: string, x: Tensor): Tensor =>
  graph.emit({ op, inputs: [x], shape: x.shape });

export function exp(graph: Graph, x: Tensor): Tensor {
  const y = unary(graph, 'Exp', x);
  return graph.differentiable(y, [x], (d) => [mul(graph, d, y)]);
}

export function log(graph: Graph, x: Tensor): Tensor {
  return graph.differentiable(unary(graph, 'Log', x), [x], (d) => [
    graph.emit({ op: 'Div', inputs: [d, x], shape: x.shape }),
  ]);
}

export function sqrt(graph: Graph, x: Tensor): Tensor {
  const y = unary(graph, 'Sqrt', x);
  return graph.differentiable(y, [x], (d) => [
    mul(graph, graph.scalar(0.5), graph.emit({ op: 'Div', inputs: [d, y], shape: x.shape })),
  ]);
}

export function sigmoid(graph: Graph, x: Tensor): Tensor {
  const y = unary(graph, 'Sigmoid', x);
  return graph.differentiable(y, [x], (d) => {
    const dy = mul(graph, d, y);
    return [sub(graph, dy, mul(graph, dy, y))];
  });
}

/** x sigmoid(x); the derivative is s (1 + x - x s), since x (1 - s) = x - x s. */
export function silu(graph: Graph, x: Tensor): Tensor {
  const s = unary(graph, 'Sigmoid', x);
  const y = graph.emit({ op: 'Mul', inputs: [x, s], shape: x.shape });
  return graph.differentiable(y, [x], (d) => {
    const ds = mul(graph, d, s);
    return [add(graph, ds, mul(graph, ds, sub(graph, x, y)))];
  });
}

/** log(1 + e^x), from max(x, 0) + log(1 + e^-|x|), which does not overflow. */
export function softplus(graph: Graph, x: Tensor): Tensor {
  const tail = unary(graph, 'Exp', neg(graph, unary(graph, 'Abs', x)));
  const y = graph.emit({
    op: 'Add',
    inputs: [unary(graph, 'Relu', x), unary(graph, 'Log', add(graph, tail, graph.scalar(1)))],
    shape: x.shape,
  });
  return graph.differentiable(y, [x], (d) => [mul(graph, d, unary(graph, 'Sigmoid', x))]);
}

export function atan(graph: Graph, x: Tensor): Tensor {
  return graph.differentiable(unary(graph, 'Atan', x), [x], (d) => {
    const denominator = add(graph, mul(graph, x, x), graph.scalar(1));
    return [graph.emit({ op: 'Div', inputs: [d, denominator], shape: x.shape })];
  });
}
