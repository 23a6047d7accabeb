import { callBuiltin, constant } from './builtins';
import { type Arguments, BUDGET, type Context, createList, DEPTH, spend } from './context';
import { children, field, inner, lastName, type PyNode, readWhole } from './node';
import { binary, boolean, compare, type Operands, unary } from './operators';
import { asNumber, NONE, numberValue, type Scope, truth, unknown, type Value } from './value';

type Evaluate = (node: PyNode, scope: Scope, context: Context) => Value;

/** The value of an expression, as far as the file shows it. Never throws: what is not known is `unknown`. */
export function evaluate(node: PyNode, scope: Scope, context: Context): Value {
  const { budget } = context;
  const run = EVALUATE.get(node.type);
  if (run === undefined || budget.depth > DEPTH || !spend(budget, 1)) return unknown(node.text);
  budget.depth += 1;
  const value = run(node, scope, context);
  budget.depth -= 1;
  return value.kind === 'unknown' ? unknown(node.text) : value;
}

/** A function of one number, as LambdaLR takes it, with a bound for every call and one for all of them. */
export function numericFunction(callee: Value, context: Context): (t: number) => number | undefined {
  const { budget } = context;
  return (t) => {
    const before = budget.left;
    const given = Math.min(BUDGET, budget.calls);
    budget.left = given;
    const value = context.call(callee, { positional: [numberValue(t)], named: new Map() });
    budget.calls -= given - budget.left;
    budget.left = before;
    return asNumber(value);
  };
}

const EVALUATE: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ['integer', literal],
  ['float', literal],
  ['true', () => ({ kind: 'bool', value: true })],
  ['false', () => ({ kind: 'bool', value: false })],
  ['none', () => NONE],
  ['string', (node, _scope, context) => ({ kind: 'string', value: stringOf(node, context) })],
  ['concatenated_string', concatenated],
  ['parenthesized_expression', first],
  ['list', items],
  ['tuple', items],
  ['expression_list', items],
  ['dictionary', dictionary],
  ['list_comprehension', comprehension],
  ['generator_expression', comprehension],
  ['identifier', (node, scope) => scope.get(node.text) ?? unknown(node.text)],
  ['attribute', (node, scope) => scope.get(node.text) ?? constant(node.text) ?? unknown(node.text)],
  ['lambda', (node, scope) => ({ kind: 'function', node: readWhole(node), scope })],
  ['assignment', (node, scope, context) => part(node, 'right', scope, context)],
  [
    'binary_operator',
    (node, scope, context) => binary(operatorOf(node), sides(node, scope, context), context.budget),
  ],
  [
    'unary_operator',
    (node, scope, context) => unary(operatorOf(node), part(node, 'argument', scope, context)),
  ],
  ['not_operator', negation],
  [
    'boolean_operator',
    (node, scope, context) =>
      boolean(operatorOf(node), part(node, 'left', scope, context), () =>
        part(node, 'right', scope, context),
      ),
  ],
  ['comparison_operator', comparison],
  ['conditional_expression', conditional],
  ['subscript', subscript],
  ['call', call],
]);

const CHARACTERS_PER_STEP = 64;

/** Reading a long text costs more than a step. */
function paidText(node: PyNode, { budget }: Context): string {
  return spend(budget, Math.floor((node.end - node.start) / CHARACTERS_PER_STEP)) ? node.text : '';
}

function literal(node: PyNode, _scope: Scope, context: Context): Value {
  const value = Number(paidText(node, context).replaceAll('_', '') || Number.NaN);
  return Number.isNaN(value) ? unknown(node.text) : numberValue(value);
}

function stringOf(node: PyNode, context: Context): string {
  return children(node)
    .filter((child) => child.type === 'string_content')
    .map((child) => paidText(child, context))
    .join('');
}

function concatenated(node: PyNode, _scope: Scope, context: Context): Value {
  const parts = children(node).map((part) => stringOf(part, context));
  return { kind: 'string', value: parts.join('') };
}

function first(node: PyNode, scope: Scope, context: Context): Value {
  const expression = inner(node);
  return expression === undefined ? unknown(node.text) : evaluate(expression, scope, context);
}

function part(node: PyNode, name: string, scope: Scope, context: Context): Value {
  const expression = field(node, name);
  return expression === undefined ? unknown(node.text) : evaluate(expression, scope, context);
}

function sides(node: PyNode, scope: Scope, context: Context): Operands {
  return { left: part(node, 'left', scope, context), right: part(node, 'right', scope, context) };
}

function operatorOf(node: PyNode): string {
  return field(node, 'operator')?.text ?? '';
}

function items(node: PyNode, scope: Scope, context: Context): Value {
  const parts = children(node).map((child) => positionals(child, scope, context));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return createList(length, context.budget, () => parts.flat());
}

function dictionary(node: PyNode, scope: Scope, context: Context): Value {
  const entries = new Map<string, Value>();
  for (const child of children(node)) {
    if (child.type === 'dictionary_splat') merge(entries, first(child, scope, context), context);
    const key = child.type === 'pair' ? part(child, 'key', scope, context) : undefined;
    if (key?.kind === 'string') entries.set(key.value, part(child, 'value', scope, context));
  }
  return { kind: 'dict', entries };
}

function merge(entries: Map<string, Value>, value: Value, { budget }: Context): void {
  if (value.kind !== 'dict' || !spend(budget, value.entries.size)) return;
  for (const [key, item] of value.entries) entries.set(key, item);
}

/** `[f(x) for x in items]` of one loop without conditions. */
function comprehension(node: PyNode, scope: Scope, context: Context): Value {
  const clauses = children(node).slice(1);
  const [clause] = clauses;
  const body = field(node, 'body');
  const name = clause && field(clause, 'left');
  const source = clause && part(clause, 'right', scope, context);
  if (clauses.length !== 1 || !body || name?.type !== 'identifier' || source?.kind !== 'list') {
    return unknown(node.text);
  }
  return createList(source.items.length, context.budget, () =>
    source.items.map((item) => evaluate(body, withName(scope, name.text, item), context)),
  );
}

function withName(scope: Scope, name: string, value: Value): Scope {
  return { get: (wanted) => (wanted === name ? value : scope.get(wanted)) };
}

function negation(node: PyNode, scope: Scope, context: Context): Value {
  const known = truth(part(node, 'argument', scope, context));
  return known === undefined ? unknown(node.text) : { kind: 'bool', value: !known };
}

/** `a < b <= c`: every link must hold. */
function comparison(node: PyNode, scope: Scope, context: Context): Value {
  const values = children(node).map((child) => evaluate(child, scope, context));
  const operators = node.tokens.filter((token) => token.fieldName === 'operators').map((token) => token.text);
  const links = operators.map((operator, i) =>
    values[i + 1] === undefined
      ? undefined
      : compare(operator, { left: values[i], right: values[i + 1] }, context.budget),
  );
  if (links.includes(false)) return { kind: 'bool', value: false };
  return links.includes(undefined) ? unknown(node.text) : { kind: 'bool', value: true };
}

function conditional(node: PyNode, scope: Scope, context: Context): Value {
  const [yes, condition, no] = children(node);
  if (no === undefined) return unknown(node.text);
  const known = truth(evaluate(condition, scope, context));
  if (known === undefined) {
    context.assume(context.t('Whether {0} holds is not known: assumed that it does.', condition.text));
  }
  return evaluate(known === false ? no : yes, scope, context);
}

function subscript(node: PyNode, scope: Scope, context: Context): Value {
  const value = part(node, 'value', scope, context);
  const index = part(node, 'subscript', scope, context);
  if (value.kind === 'dict' && index.kind === 'string') {
    return value.entries.get(index.value) ?? unknown(node.text);
  }
  const i = asNumber(index);
  if (value.kind !== 'list' || i === undefined) return unknown(node.text);
  return value.items[i < 0 ? value.items.length + i : i] ?? unknown(node.text);
}

function call(node: PyNode, scope: Scope, context: Context): Value {
  const callee = field(node, 'function');
  const list = field(node, 'arguments');
  if (callee === undefined || list === undefined) return unknown(node.text);
  const own = evaluate(callee, scope, context);
  const args = argumentsOf(list, scope, context);
  if (own.kind === 'function') return context.call(own, args);
  const name = scope.get(`import ${callee.text}`);
  const path = name?.kind === 'string' ? name.value : callee.text;
  return (
    context.construct(lastName(path), args, node) ??
    callBuiltin(lastName(path), args, context.budget) ??
    unknown(node.text)
  );
}

export function argumentsOf(list: PyNode, scope: Scope, context: Context): Arguments {
  // `f(x for x in xs)` has a generator in place of a list of arguments.
  if (list.type !== 'argument_list') {
    return { positional: [evaluate(list, scope, context)], named: new Map() };
  }
  const named = new Map<string, Value>();
  const all = children(list);
  for (const child of all) nameArgument(named, child, scope, context);
  const positional = all.filter(({ type }) => type !== 'keyword_argument' && type !== 'dictionary_splat');
  return { positional: positional.flatMap((child) => positionals(child, scope, context)), named };
}

function nameArgument(named: Map<string, Value>, child: PyNode, scope: Scope, context: Context): void {
  if (child.type === 'dictionary_splat') splat(named, first(child, scope, context), child, context);
  const name = child.type === 'keyword_argument' ? field(child, 'name') : undefined;
  if (name !== undefined) named.set(name.text, part(child, 'value', scope, context));
}

function positionals(child: PyNode, scope: Scope, context: Context): readonly Value[] {
  if (child.type !== 'list_splat') return [evaluate(child, scope, context)];
  const value = first(child, scope, context);
  if (value.kind !== 'list') return [unknown(child.text)];
  return spend(context.budget, value.items.length) ? value.items : [];
}

function splat(named: Map<string, Value>, value: Value, node: PyNode, context: Context): void {
  if (value.kind === 'dict') merge(named, value, context);
  else context.assume(context.t('What {0} holds is not known: left out.', node.text));
}
