import { attributeType, ELEMENT, type Graph, type GraphNode } from './graph';

/** Where the element type of a node's outputs comes from. */
type TypeRule = number | { readonly input: number } | { readonly attribute: string; readonly absent: number };

const FIRST: TypeRule = { input: 0 };
const RULES: Readonly<Record<string, TypeRule>> = {
  Shape: ELEMENT.int64,
  Size: ELEMENT.int64,
  NonZero: ELEMENT.int64,
  ArgMax: ELEMENT.int64,
  ArgMin: ELEMENT.int64,
  Equal: ELEMENT.bool,
  Greater: ELEMENT.bool,
  GreaterOrEqual: ELEMENT.bool,
  Less: ELEMENT.bool,
  LessOrEqual: ELEMENT.bool,
  Not: ELEMENT.bool,
  And: ELEMENT.bool,
  Or: ELEMENT.bool,
  Cast: { attribute: 'to', absent: 0 },
  Constant: { attribute: 'value', absent: ELEMENT.float },
  ConstantOfShape: { attribute: 'value', absent: ELEMENT.float },
  Where: { input: 1 },
};

/** Element types of all values, by name; nodes whose outputs differ in type are told by the rewrite's own list. */
export function valueTypes(graph: Graph): Map<string, number> {
  const types = new Map<string, number>();
  for (const { name, type } of [...graph.inputs, ...graph.initializers]) types.set(name, type);
  for (const node of graph.nodes) {
    const type = outputType(node, types);
    for (const output of node.outputs) types.set(output, type);
  }
  return types;
}

function outputType(node: GraphNode, types: ReadonlyMap<string, number>): number {
  const rule = RULES[node.op] ?? FIRST;
  if (typeof rule === 'number') return rule;
  if ('input' in rule) return types.get(node.inputs[rule.input]) ?? 0;
  return attributeType(node, rule.attribute) ?? rule.absent;
}
