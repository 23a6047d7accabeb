import { parameterName } from './execute';
import { below, children, field, lastName, lineage, type PyNode, remembered } from './node';

/** What a call of a function in the same file gives for one of its parameters. */
export type GivenArgument = { readonly node: PyNode; readonly line: number };

/** The arguments that calls anywhere in the file give for a parameter, in the order of the text; not those from within. */
export function argumentsGiven(owner: PyNode, parameter: string, root: PyNode): readonly GivenArgument[] {
  const name = field(owner, 'name')?.text;
  const calls = (name === undefined ? undefined : callsByName(root).get(name)) ?? [];
  const parameters = children(field(owner, 'parameters') ?? owner).map(parameterName);
  const place = parameters.filter((one) => one !== 'self').indexOf(parameter);
  return calls
    .filter((call) => !lineage(call).includes(owner))
    .flatMap((call) => {
      const node = argumentOf(call, parameter, place);
      return node === undefined ? [] : [{ node, line: lineOf(call, root) }];
    });
}

function argumentOf(call: PyNode, name: string, place: number): PyNode | undefined {
  const list = children(field(call, 'arguments') ?? call);
  const named = list.find((one) => one.type === 'keyword_argument' && field(one, 'name')?.text === name);
  if (named !== undefined) return field(named, 'value');
  const positional = list.filter((one) => one.type !== 'keyword_argument');
  // The content of a starred argument is not known, nor is the position of what follows it.
  const isPlain = positional.slice(0, place + 1).every((one) => !one.type.endsWith('_splat'));
  return isPlain ? positional[place] : undefined;
}

const callsByName = remembered((root): ReadonlyMap<string, readonly PyNode[]> => {
  const found = new Map<string, PyNode[]>();
  for (const node of below(root)) {
    if (node.type !== 'call') continue;
    const name = lastName(field(node, 'function')?.text ?? '');
    const same = found.get(name);
    if (same === undefined) found.set(name, [node]);
    else same.push(node);
  }
  return found;
});

/** A tree begins with its first word: only empty lines come before it. */
function lineOf(node: PyNode, root: PyNode): number {
  return root.start + root.text.slice(0, node.start - root.start).split('\n').length;
}
