import { argumentsGiven, type GivenArgument } from './calls';
import type { Context } from './context';
import { parameterName, targets } from './execute';
import { below, children, field, lineage, type PyNode, readWhole, remembered } from './node';
import { binary } from './operators';
import { type Scope, unknown, type Value } from './value';

/** The names that a place in the file sees: what was assigned last before it, then the scopes around it. */
export function scopeAt(node: PyNode, context: Context): Scope {
  const owner = lineage(node).find((part) => part !== node && part.type === 'function_definition');
  const outer = owner === undefined ? undefined : scopeAt(owner, context);
  const block = owner === undefined ? context.root : field(owner, 'body');
  const bindings: Bindings = block === undefined ? new Map() : bindingsIn(block);
  // A function's own names count up to the place; those of the scopes around it all exist by the time it runs.
  const get = (name: string, before = owner === undefined ? node.end : node.start): Value | undefined => {
    const found = lastBefore(bindings.get(name) ?? [], before);
    if (found !== undefined) return found.value({ get: (inner) => get(inner, found.start) }, context);
    return (owner && parameter(owner, name, context)) ?? outer?.get(name) ?? further(name, context);
  };
  return { get: (name) => get(name) };
}

/** The scope of the whole file, for what does not have a place in it. */
export function fileScope(context: Context): Scope {
  return scopeAt(context.root, context);
}

type FileBinding = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  value(scope: Scope, context: Context): Value;
};

/** By name, in the order of the text. */
type Bindings = ReadonlyMap<string, readonly FileBinding[]>;

const bindingsIn = remembered((block): Bindings => {
  const found = new Map<string, FileBinding[]>();
  for (const binding of [...below(block, bindsWithin)].flatMap((node) => bindingsOf(node))) {
    const same = found.get(binding.name);
    if (same === undefined) found.set(binding.name, [binding]);
    else same.push(binding);
  }
  return found;
});

/** The last that ends before a place, found by halving: a name may be assigned in every line of a file. */
function lastBefore(bindings: readonly FileBinding[], place: number): FileBinding | undefined {
  let [low, high] = [0, bindings.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (bindings[middle].end <= place) low = middle + 1;
    else high = middle;
  }
  return bindings[low - 1];
}

/** Statements that hold others. Expressions bind nothing, and most of a file is expressions. */
const HOLDERS =
  /^(block|(if|for|while|with|try|import|import_from|expression|match)_statement|(elif|else|except|finally|case)_clause|decorated_definition|ERROR)$/;

/** `a = b = c`: read from the text, without the children of every assignment of a file, each a call into WebAssembly. */
const MAYBE_CHAINED = /^[^=]+=[^=({]*=(?!=)/;

function bindsWithin(node: PyNode): boolean {
  if (HOLDERS.test(node.type)) return true;
  const isChained = node.type === 'assignment' && MAYBE_CHAINED.test(node.text);
  return isChained && field(node, 'right')?.type === 'assignment';
}

function bindingsOf(node: PyNode): readonly FileBinding[] {
  const { start, end } = node;
  if (node.type === 'assignment') return assigned(node);
  if (node.type === 'augmented_assignment') return augmented(node);
  if (node.type === 'aliased_import') return aliased(node);
  const name = node.type === 'function_definition' ? field(node, 'name') : undefined;
  if (name === undefined) return [];
  // A function may be used above its definition, in another one: it counts from the start of the file.
  const value: FileBinding['value'] = (scope) => ({ kind: 'function', node: readWhole(node), scope });
  return [
    {
      name: name.text,
      start,
      end,
      value: (_scope, context) => value(definitionScope(node, context), context),
    },
  ];
}

function definitionScope(definition: PyNode, context: Context): Scope {
  const owner = lineage(definition).find(
    (node) => node !== definition && node.type === 'function_definition',
  );
  return owner === undefined ? fileScope(context) : scopeAt(definition, context);
}

const PLAIN = /^([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/u;

/** `name = value`, most of what a file assigns: the value is read from its text only when it is needed. */
function assigned(node: PyNode): readonly FileBinding[] {
  const name = PLAIN.exec(node.text)?.[1];
  return name === undefined ? unpacked(node) : [plainly(node, name)];
}

function plainly(node: PyNode, name: string): FileBinding {
  const value: FileBinding['value'] = (scope, context) => {
    const right = field(node, 'right');
    return right === undefined ? unknown(name) : context.evaluate(right, scope);
  };
  return { name, start: node.start, end: node.end, value };
}

function unpacked(node: PyNode): readonly FileBinding[] {
  const left = field(node, 'left');
  const right = field(node, 'right');
  if (!left || !right) return [];
  const names = targets(left, unknown(right.text)).map(([name]) => name);
  return names.map((name) => ({
    name,
    start: node.start,
    end: node.end,
    value: (scope, context) => {
      const value = context.evaluate(right, scope);
      return targets(left, value).find(([target]) => target === name)?.[1] ?? unknown(name);
    },
  }));
}

function augmented(node: PyNode): readonly FileBinding[] {
  const left = field(node, 'left');
  const right = field(node, 'right');
  const operator = field(node, 'operator')?.text.slice(0, -1) ?? '';
  if (!left || !right) return [];
  // In a loop it happens an unknown number of times.
  const inLoop = lineage(node).some(({ type }) => type === 'for_statement' || type === 'while_statement');
  const value: FileBinding['value'] = (scope, context) =>
    inLoop
      ? unknown(left.text)
      : binary(
          operator,
          { left: scope.get(left.text) ?? unknown(left.text), right: context.evaluate(right, scope) },
          context.budget,
        );
  return [{ name: left.text, start: node.start, end: node.end, value }];
}

/** `from x import CosineAnnealingLR as Cosine`: a call of Cosine asks for `import Cosine`. */
function aliased(node: PyNode): readonly FileBinding[] {
  const path = field(node, 'name');
  const alias = field(node, 'alias');
  if (!path || !alias) return [];
  const value: Value = { kind: 'string', value: path.text };
  return [{ name: `import ${alias.text}`, start: node.start, end: node.end, value: () => value }];
}

const parametersOf = remembered((owner): ReadonlyMap<string, PyNode> => {
  const parameters = field(owner, 'parameters');
  return new Map(parameters && children(parameters).map((node) => [parameterName(node), node]));
});

/** The value of a parameter is what a call in the file gives, else its default; either is reported. */
function parameter(owner: PyNode, name: string, context: Context): Value | undefined {
  const found = parametersOf(owner).get(name);
  if (found === undefined || name === 'self') return found && unknown(name);
  const given = argumentsGiven(owner, name, context.root);
  if (given.length > 0) return asCalled(name, given, context);
  const standard = field(found, 'value');
  if (standard === undefined) return placeholder(name, context);
  const value = context.evaluate(standard, scopeAt(owner, context));
  if (value.kind !== 'unknown') {
    context.assume(context.t('{0} = {1}, the default of the parameter.', name, standard.text));
  }
  return value;
}

/** The first call decides; others that give another value are named. */
function asCalled(name: string, [first, ...others]: readonly GivenArgument[], context: Context): Value {
  const { assume, t } = context;
  const value = context.evaluate(first.node, scopeAt(first.node, context));
  if (value.kind === 'unknown') return placeholder(name, context);
  if (first.node.text !== name)
    assume(t('{0} = {1}, as the call in line {2} gives it.', name, first.node.text, first.line));
  const different = others.filter(({ node }) => node.text !== first.node.text);
  for (const { node, line } of different)
    assume(t('The call in line {0} gives {1} = {2}: another curve.', line, name, node.text));
  return value;
}

function placeholder(name: string, context: Context): Value {
  context.assume(
    context.t(
      '{0} is a parameter that nothing in this file gives: numbers that need it are placeholders.',
      name,
    ),
    'placeholder',
  );
  return unknown(name);
}

/** Attributes: `self.lr` is searched in the file, `args.lr` among the defaults of its options. */
function further(name: string, context: Context): Value | undefined {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return undefined;
  const attribute = name.slice(dot + 1);
  if (name.startsWith('self.')) return attributeOfSelf(name, context);
  return optionDefault(attribute, context);
}

function attributeOfSelf(name: string, context: Context): Value | undefined {
  const found = factsOf(context.root).attributes.get(name);
  const right = found && field(found, 'right');
  return right && context.evaluate(right, scopeAt(found, context));
}

/** argparse: `parser.add_argument('--lr', default=0.1)` gives args.lr unless the command line sets it. */
function optionDefault(option: string, context: Context): Value | undefined {
  const list = factsOf(context.root).options.get(option);
  const argument = list && children(list).find((node) => field(node, 'name')?.text === 'default');
  const standard = argument && field(argument, 'value');
  if (!standard) return undefined;
  context.assume(context.t('{0} = {1}, the default of the option.', option, standard.text));
  return context.evaluate(standard, fileScope(context));
}

/** What is needed of the whole file again and again: assignments to self, arguments of add_argument. */
type Facts = {
  readonly attributes: ReadonlyMap<string, PyNode>;
  readonly options: ReadonlyMap<string, PyNode>;
};

const OPTION = /^\(\s*(?:['"]-\w+['"]\s*,\s*)?['"]--([\w-]+)['"]/;

const factsOf = remembered((root): Facts => {
  // Most files have neither; visiting every node in vain would cost more than all the rest.
  const isWanted = /\bself\.\w+\s*(:[^=\n]{0,200})?=|\.add_argument\(/.test(root.text);
  const nodes = isWanted ? [...below(root)] : [];
  const assigned = nodes.flatMap((node) =>
    node.type === 'assignment' ? [[leftOf(node), node] as const] : [],
  );
  const options = nodes.filter(isOption).flatMap((node) => field(node, 'arguments') ?? []);
  return {
    attributes: new Map(assigned.filter(([name]) => name.startsWith('self.'))),
    // The first of a name counts.
    options: new Map(options.toReversed().flatMap((list) => named(list))),
  };
});

const leftOf = (node: PyNode): string => field(node, 'left')?.text ?? '';

const isOption = (node: PyNode): boolean =>
  node.type === 'call' && (field(node, 'function')?.text.endsWith('.add_argument') ?? false);

/** `--warmup-epochs` is warmup_epochs in the arguments that are read. */
function named(list: PyNode): readonly (readonly [string, PyNode])[] {
  const name = OPTION.exec(list.text)?.[1];
  return name === undefined ? [] : [[name.replaceAll('-', '_'), list]];
}
