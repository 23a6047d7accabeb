import { add } from './arithmetic';
import type { Graph, Tensor } from './graph';

/**
 * Reverse-mode differentiation: appends to the graph what computes d`loss`/d`of`. The tape is walked backwards once,
 * from the scalar loss (or from `seed`, dL/d`loss`); gradients of a tensor used twice are added.
 */
export function gradients(
  graph: Graph,
  loss: Tensor,
  of: readonly Tensor[],
  seed: Tensor = graph.scalar(1),
): Tensor[] {
  const needed = dependents(graph, of);
  const found = new Map<string, Tensor>([[loss.name, seed]]);
  for (const { output, inputs, backward } of [...graph.tape].reverse()) {
    const gradient = found.get(output.name);
    if (gradient === undefined || !inputs.some((t) => needed.has(t.name))) continue;
    const flowing = backward(gradient);
    for (const [i, input] of inputs.entries()) {
      const part = flowing[i];
      if (part === undefined || !needed.has(input.name)) continue;
      const before = found.get(input.name);
      found.set(input.name, before === undefined ? part : add(graph, before, part));
    }
  }
  return of.map((tensor) => gradientOf(found, tensor));
}

/** The names of all tensors that are made of `of`; only through them gradients must flow. */
function dependents(graph: Graph, of: readonly Tensor[]): Set<string> {
  const needed = new Set(of.map((t) => t.name));
  for (const { output, inputs } of graph.tape) {
    if (inputs.some((t) => needed.has(t.name))) needed.add(output.name);
  }
  return needed;
}

function gradientOf(found: ReadonlyMap<string, Tensor>, tensor: Tensor): Tensor {
  const gradient = found.get(tensor.name);
  if (gradient === undefined) throw new Error(`the loss does not depend on ${tensor.name}`);
  return gradient;
}
