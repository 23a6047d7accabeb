import { type Arguments, type Context, spend } from '../context';
import { scopeAt } from '../file-scope';
import { below, field, lastName, type PyNode, remembered } from '../node';
import { asNumber, type Scope, type Value } from '../value';

/** LR of PyTorch's optimizers if none is given. */
const DEFAULT_LRS: ReadonlyMap<string, number> = new Map([
  ['SGD', 1e-3],
  ['Adam', 1e-3],
  ['AdamW', 1e-3],
  ['NAdam', 2e-3],
  ['RAdam', 1e-3],
  ['Adamax', 2e-3],
  ['RMSprop', 1e-2],
  ['Adagrad', 1e-2],
  ['Adadelta', 1],
  ['ASGD', 1e-2],
  ['Rprop', 1e-2],
  ['SparseAdam', 1e-3],
  ['LBFGS', 1],
  ['Adafactor', 1e-2],
  ['Muon', 1e-3],
  ['Lion', 1e-4],
]);

export function isOptimizer(name: string): boolean {
  return DEFAULT_LRS.has(name);
}

/** Whether a text can contain an optimizer at all. */
export function namesOptimizer(text: string): boolean {
  return [...DEFAULT_LRS.keys()].some((name) => text.includes(`${name}(`));
}

/** An optimizer by its LRs, one for each parameter group. */
export function optimizer(
  name: string,
  { positional, named }: Arguments,
  { context, node }: { readonly context: Context; readonly node: PyNode },
): Value | undefined {
  const standard = DEFAULT_LRS.get(name);
  if (standard === undefined) return undefined;
  const { assume, t } = context;
  const given = named.get('lr') ?? positional[1];
  const lr = asNumber(given);
  const params = named.get('params') ?? positional[0];
  const lrs = groupLrs(params, lr ?? standard);
  if (lr === undefined && lrs.includes(standard)) {
    assume(
      given === undefined
        ? t('No LR is given to {0}: its default {1}.', name, standard)
        : t('The LR of {0} is not known: {1} is assumed.', name, standard),
    );
  }
  const line = lineOf(node, context);
  return { kind: 'optimizer', lrs, line };
}

const CHARACTERS_PER_STEP = 64;

/** Counting lines costs steps of the budget: a loop may make an optimizer many times. */
function lineOf(node: PyNode, { root, budget }: Context): number {
  if (!spend(budget, Math.floor(node.start / CHARACTERS_PER_STEP))) return 1;
  return root.text.slice(0, node.start).split('\n').length;
}

/** `[{'params': a, 'lr': 0.01}, {'params': b}]` */
function groupLrs(params: Value | undefined, lr: number): readonly number[] {
  const groups = params?.kind === 'list' ? params.items.filter((item) => item.kind === 'dict') : [];
  if (groups.length === 0) return [lr];
  return groups.map((group) => asNumber(group.entries.get('lr')) ?? lr);
}

/** The first of some names that is a number here. */
export function knownNumber(
  names: readonly string[],
  scope: Scope,
): { readonly name: string; readonly value: number } | undefined {
  for (const name of names) {
    const value = asNumber(scope.get(name));
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

const LR_NAMES = 'lr learning_rate base_lr lr0 LR LEARNING_RATE args.lr opt.lr cfg.lr self.lr'.split(' ');
const ASSUMED_LR = 0.1;
/** Groups that a picture has a line for; each costs memory for every step that is drawn. */
const MOST_GROUPS = 32;

/** LR of each parameter group; its source is reported unless the optimizer itself is known. */
export function lrsOf(optimizer: Value | undefined, scope: Scope, context: Context): readonly number[] {
  if (optimizer?.kind === 'optimizer') return optimizer.lrs.slice(0, MOST_GROUPS);
  const { assume, t } = context;
  const found = onlyOptimizer(context);
  if (found?.kind === 'optimizer') {
    assume(t('LR {0} of the optimizer in line {1}.', found.lrs.slice(0, MOST_GROUPS).join(', '), found.line));
    return found.lrs.slice(0, MOST_GROUPS);
  }
  const named = knownNumber(LR_NAMES, scope);
  if (named !== undefined) {
    assume(t('The optimizer is not known: LR {0}, as {1} says.', named.value, named.name));
    return [named.value];
  }
  assume(t('LR not found: {0} is assumed.', ASSUMED_LR));
  return [ASSUMED_LR];
}

/** The file's optimizer, if it builds exactly one. */
function onlyOptimizer(context: Context): Value | undefined {
  const calls = optimizerCalls(context.root);
  return calls.length === 1 ? context.evaluate(calls[0], scopeAt(calls[0], context)) : undefined;
}

const optimizerCalls = remembered((root): readonly PyNode[] =>
  (namesOptimizer(root.text) ? [...below(root)] : []).filter(
    (node) => node.type === 'call' && isOptimizer(lastName(field(node, 'function')?.text ?? '')),
  ),
);
