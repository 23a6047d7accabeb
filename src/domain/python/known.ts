import type { Context } from './context';
import { scopeAt } from './file-scope';
import { isOptimizer, namesOptimizer } from './libraries/optimizers';
import { below, field, lastName, type PyNode, remembered } from './node';
import { asNumber, type Scope, type Value } from './value';

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
