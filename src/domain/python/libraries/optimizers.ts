import { type Arguments, type Context, spend } from '../context';
import type { PyNode } from '../node';
import { asNumber, type Value } from '../value';

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
