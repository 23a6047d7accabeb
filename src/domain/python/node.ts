/** A node of a Python syntax tree, with the type and field names of tree-sitter-python. */
export type PyNode = {
  readonly type: string;
  readonly text: string;
  /** Offsets into the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly isNamed: boolean;
  /** The node's role in its parent, such as `function` or `arguments`. */
  readonly fieldName: string | undefined;
  readonly parent: PyNode | undefined;
  /** Every child, keywords and punctuation too. */
  readonly tokens: readonly PyNode[];
};

export function field(node: PyNode, name: string): PyNode | undefined {
  return node.tokens.find((token) => token.fieldName === name);
}

/** What is computed once for a node: trees do not change, and a loop may need the same node again and again. */
export function remembered<T>(of: (node: PyNode) => T): (node: PyNode) => T {
  const known = new WeakMap<PyNode, { readonly value: T }>();
  return (node) => {
    const found = known.get(node) ?? { value: of(node) };
    known.set(node, found);
    return found.value;
  };
}

/** The children without punctuation and comments. */
export const children = remembered((node): readonly PyNode[] =>
  node.tokens.filter((token) => token.isNamed && token.type !== 'comment'),
);

export function inner(node: PyNode): PyNode | undefined {
  return children(node)[0];
}

/** The smallest named node that holds an offset. */
export function nodeAt(root: PyNode, offset: number): PyNode {
  const holds = ({ isNamed, start, end }: PyNode): boolean =>
    isNamed && start <= offset && offset <= end && end > start;
  let at = root;
  for (let next = at.tokens.find(holds); next !== undefined; next = at.tokens.find(holds)) at = next;
  return at;
}

/** A node and what it is part of, innermost first. */
export function lineage(node: PyNode): readonly PyNode[] {
  const found: PyNode[] = [];
  for (let at: PyNode | undefined = node; at !== undefined; at = at.parent) found.push(at);
  return found;
}

/**
 * All named nodes below one in the order of the text; `enter` says whether to go inside. Without recursion: half-typed
 * text can be nested deeper than the stack.
 */
export function* below(node: PyNode, enter: (node: PyNode) => boolean = () => true): Generator<PyNode> {
  const waiting = node.tokens.toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!next.isNamed) continue;
    yield next;
    // One by one: a node can have more children than a call has arguments.
    if (enter(next)) for (let i = next.tokens.length - 1; i >= 0; i -= 1) waiting.push(next.tokens[i]);
  }
}

/** `lr_scheduler.StepLR` is StepLR. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).trim();
}

/** Copies a node and all below it, for what outlives the tree. */
export const readWhole = remembered((node): PyNode => {
  for (const child of below(node)) child.tokens.length;
  return node;
});
