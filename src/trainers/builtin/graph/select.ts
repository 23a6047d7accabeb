import type { Tensor } from './tensor';

/**
 * `yes` if the condition holds, else `no` (a constant); elements that are not chosen get a zero gradient, never 0 x
 * infinity.
 */
export function where(condition: Tensor, yes: Tensor, no: number): Tensor {
  const { graph } = condition;
  const pick = (x: Tensor, other: number): Tensor =>
    graph.emit({ op: 'Where', inputs: [condition, x, graph.scalar(other)], shape: yes.shape });
  return graph.differentiable(pick(yes, no), [yes], (d) => [pick(d, 0).sumTo(yes.shape)]);
}

export function greater(a: Tensor, b: Tensor): Tensor {
  return a.graph.emit({ op: 'Greater', inputs: [a, b], shape: a.shape, type: 'bool' });
}

/** 1 if `classes` (1, N) names the row, else 0: (count, N). A class below zero gives a column of zeros. */
export function oneHotRows(classes: Tensor, count: number): Tensor {
  const { graph } = classes;
  const rows = graph.constant(`range ${count}`, [count, 1], () =>
    Float32Array.from({ length: count }, (_, i) => i),
  );
  const shape = [count, classes.shape[1]];
  const equal = graph.emit({ op: 'Equal', inputs: [classes, rows], shape, type: 'bool' });
  return graph.emit({ op: 'Where', inputs: [equal, graph.scalar(1), graph.scalar(0)], shape });
}
