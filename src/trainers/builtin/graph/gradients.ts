import type { Graph } from './graph';
import type { Backward, Tensor } from './tensor';

/**
 * Reverse-mode differentiation: appends to the graph what computes d`loss`/d`of`. The tape is processed backwards once,
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
    const before = inputs.map((t) => found.get(t.name));
    const parts = backward(gradient, before).map((part, i) => (wanted[i] ? part : undefined));
    collect(found, { inputs, parts });
  }
  return of.map((tensor) => gradientOf(found, tensor));
}

type PartialGradient = NonNullable<ReturnType<Backward>[number]>;
type Flow = { readonly inputs: readonly Tensor[]; readonly parts: ReturnType<Backward> };

function collect(found: Map<string, Tensor>, { inputs, parts }: Flow): void {
  for (const [i, input] of inputs.entries()) {
    const part = parts[i];
    if (part !== undefined) found.set(input.name, withBefore(found.get(input.name), part));
  }
}

function withBefore(before: Tensor | undefined, part: PartialGradient): Tensor {
  if ('whole' in part) return part.whole;
  return before === undefined ? part : before.add(part);
}

/** The names of all tensors that are made of `of`; gradients must flow only through them. */
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
