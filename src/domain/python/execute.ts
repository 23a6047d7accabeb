import { type Arguments, type Context, createList, spend } from './context';
import { evaluate } from './evaluate';
import { children, field, inner, type PyNode, readWhole } from './node';
import { binary } from './operators';
import { NONE, type Scope, truth, unknown, type Value } from './value';

/** Names of a function that runs; other names are looked up in the scopes around it. */
type Frame = Scope & { readonly names: Map<string, Value> };

/** The result of calling a function in the same file: its statements run, within a budget. */
export function callFunction(callee: Value, args: Arguments, context: Context): Value {
  if (callee.kind !== 'function') return unknown('');
  const { node, scope } = callee;
  const body = field(node, 'body');
  if (body === undefined) return unknown(node.text);
  const frame = createFrame(scope);
  bind(field(node, 'parameters'), args, { frame, scope, context });
  if (node.type === 'lambda') return evaluate(body, frame, context);
  return runBlock(body, frame, context) ?? NONE;
}

function createFrame(outer: Scope): Frame {
  const names = new Map<string, Value>();
  return { names, get: (name) => names.get(name) ?? outer.get(name) };
}

type Binding = { readonly frame: Frame; readonly scope: Scope; readonly context: Context };

function bind(parameters: PyNode | undefined, args: Arguments, { frame, scope, context }: Binding): void {
  const wanted = parameters === undefined ? [] : children(parameters).filter(isParameter);
  if (!spend(context.budget, wanted.length)) return;
  for (const [i, parameter] of wanted.entries()) {
    const name = parameterName(parameter);
    const standard = field(parameter, 'value');
    const given = args.named.get(name) ?? args.positional[i];
    frame.names.set(name, given ?? (standard ? evaluate(standard, scope, context) : unknown(name)));
  }
}

function isParameter({ type }: PyNode): boolean {
  return /^(identifier|typed_parameter|default_parameter|typed_default_parameter)$/.test(type);
}

export function parameterName(parameter: PyNode): string {
  if (parameter.type === 'identifier') return parameter.text;
  return (field(parameter, 'name') ?? inner(parameter))?.text ?? '';
}

/** The value that a block returns; undefined if it runs to its end. */
function runBlock(block: PyNode, frame: Frame, context: Context): Value | undefined {
  for (const statement of children(block)) {
    const returned = STATEMENTS.get(statement.type)?.(statement, frame, context);
    if (returned !== undefined) return returned;
    if (!spend(context.budget, 1)) return unknown(statement.text);
  }
  return undefined;
}

type Run = (statement: PyNode, frame: Frame, context: Context) => Value | undefined;

const STATEMENTS: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['expression_statement', runExpression],
  ['function_definition', define],
  [
    'return_statement',
    (statement, frame, context) => {
      const value = inner(statement);
      return value === undefined ? NONE : evaluate(value, frame, context);
    },
  ],
  ['if_statement', runIf],
  ['for_statement', runFor],
  ['with_statement', runBody],
  ['try_statement', runBody],
  ['while_statement', (statement) => unknown(statement.text)],
  ['raise_statement', (statement) => unknown(statement.text)],
]);

function define(statement: PyNode, frame: Frame): undefined {
  const name = field(statement, 'name');
  if (name) frame.names.set(name.text, { kind: 'function', node: readWhole(statement), scope: frame });
  return undefined;
}

function runBody(statement: PyNode, frame: Frame, context: Context): Value | undefined {
  const body = field(statement, 'body');
  return body && runBlock(body, frame, context);
}

function runExpression(statement: PyNode, frame: Frame, context: Context): undefined {
  const expression = inner(statement);
  if (expression?.type === 'assignment') assign(expression, frame, context);
  if (expression?.type === 'augmented_assignment') augment(expression, frame, context);
  if (expression?.type === 'call') append(expression, frame, context);
  return undefined;
}

function assign(assignment: PyNode, frame: Frame, context: Context): void {
  const left = field(assignment, 'left');
  const right = field(assignment, 'right');
  if (!left || !right) return;
  const value = evaluate(right, frame, context);
  for (let at: PyNode | undefined = assignment; at !== undefined; at = chained(at)) {
    bindTargets(field(at, 'left'), value, { frame, context });
  }
}

/** In `a = b = 1` the right side of the first assignment is the second. */
function chained(assignment: PyNode): PyNode | undefined {
  const right = field(assignment, 'right');
  return right?.type === 'assignment' ? right : undefined;
}

type Naming = { readonly frame: Frame; readonly context: Context };

function bindTargets(left: PyNode | undefined, value: Value, { frame, context }: Naming): void {
  if (left === undefined || !spend(context.budget, left.tokens.length)) return;
  for (const [name, item] of targets(left, value)) frame.names.set(name, item);
}

/** `a, b = 1, 2` gives each its own. */
export function targets(left: PyNode, value: Value): readonly (readonly [string, Value])[] {
  if (left.type !== 'pattern_list' && left.type !== 'tuple_pattern') return [[left.text, value]];
  const values = value.kind === 'list' ? value.items : [];
  return children(left).map((name, i) => [name.text, values[i] ?? unknown(name.text)] as const);
}

function augment(assignment: PyNode, frame: Frame, context: Context): void {
  const left = field(assignment, 'left');
  const right = field(assignment, 'right');
  const operator = field(assignment, 'operator')?.text.slice(0, -1) ?? '';
  if (!left || !right) return;
  const before = frame.get(left.text) ?? unknown(left.text);
  const operands = { left: before, right: evaluate(right, frame, context) };
  frame.names.set(left.text, binary(operator, operands, context.budget));
}

/** `schedulers.append(x)`: lists are built so. */
function append(call: PyNode, frame: Frame, context: Context): void {
  const name = /^(\w+)\.append$/.exec(field(call, 'function')?.text ?? '')?.[1];
  const list = name === undefined ? undefined : frame.names.get(name);
  const item = field(call, 'arguments');
  const added = item && inner(item);
  if (name === undefined || list?.kind !== 'list' || !added) return;
  const value = evaluate(added, frame, context);
  frame.names.set(
    name,
    createList(list.items.length + 1, context.budget, () => [...list.items, value]),
  );
}

function runIf(statement: PyNode, frame: Frame, context: Context): Value | undefined {
  const condition = field(statement, 'condition');
  const consequence = field(statement, 'consequence');
  if (!condition || !consequence) return undefined;
  const known = truth(evaluate(condition, frame, context));
  if (known === undefined) {
    context.assume(context.t('Whether {0} holds is not known: assumed that it does.', condition.text));
  }
  if (known !== false) return runBlock(consequence, frame, context);
  return runAlternatives(statement, frame, context);
}

/** elif clauses are ifs of their own; the first that holds, else the else. */
function runAlternatives(statement: PyNode, frame: Frame, context: Context): Value | undefined {
  const alternatives = statement.tokens.filter((token) => token.fieldName === 'alternative');
  for (const alternative of alternatives) {
    if (alternative.type === 'else_clause') return runBody(alternative, frame, context);
    const condition = field(alternative, 'condition');
    if (condition && truth(evaluate(condition, frame, context)) !== false) {
      return runIf(alternative, frame, context);
    }
  }
  return undefined;
}

function runFor(statement: PyNode, frame: Frame, context: Context): Value | undefined {
  const left = field(statement, 'left');
  const right = field(statement, 'right');
  const source = right && evaluate(right, frame, context);
  if (left === undefined || source?.kind !== 'list') return unknown(statement.text);
  for (const item of source.items) {
    if (!spend(context.budget, 1)) return unknown(statement.text);
    bindTargets(left, item, { frame, context });
    const returned = runBody(statement, frame, context);
    if (returned !== undefined) return returned;
  }
  return undefined;
}
