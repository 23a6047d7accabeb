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
    const wanted = inputs.map((t) => needed.has(t.name));
    if (gradient === undefined || !wanted.includes(true)) continue;
    const parts = backward(gradient).map((part, i) => (wanted[i] ? part : undefined));
    collect(graph, found, { inputs, parts });
  }
  return of.map((tensor) => gradientOf(found, tensor));
}

type Flow = { readonly inputs: readonly Tensor[]; readonly parts: readonly (Tensor | undefined)[] };

function collect(graph: Graph, found: Map<string, Tensor>, { inputs, parts }: Flow): void {
  for (const [i, input] of inputs.entries()) {
    const [part, before] = [parts[i], found.get(input.name)];
    if (part !== undefined) found.set(input.name, before === undefined ? part : add(graph, before, part));
  }
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
