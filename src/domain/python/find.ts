import type { Translate } from '../../base/translate';
import { words } from '../../base/words';
import { highlightOf } from '../schedule/svg';
import type { Highlight } from '../schedule/svg-frame';
import type { Schedule } from '../schedule/types';
import { BUDGET, CALLS_BUDGET, type Context } from './context';
import { draw } from './draw';
import { evaluate } from './evaluate';
import { callFunction } from './execute';
import { scopeAt } from './file-scope';
import { mmengine } from './libraries/mmengine';
import { optimizer } from './libraries/optimizers';
import { timmScheduler } from './libraries/timm';
import { torchScheduler } from './libraries/torch';
import { transformersScheduler } from './libraries/transformers';
import { detector, trainCall } from './libraries/ultralytics';
import { field, lineage, nodeAt, type PyNode } from './node';

/** What is under the mouse pointer in a Python file. Offsets are those of the text; `notes` say what was assumed. */
export type PythonFinding = {
  readonly start: number;
  readonly end: number;
  readonly highlight: Highlight;
  readonly notes: readonly string[];
} & (
  | { readonly kind: 'curve'; readonly schedule: Schedule }
  /** An Ultralytics train() call as the text of an experiment file; `key` is the argument under the mouse. */
  | { readonly kind: 'train'; readonly experiment: string; readonly key: string | undefined }
);

/** The schedule that the expression at an offset makes; undefined if it makes none. Never throws. */
export function findSchedule(root: PyNode, offset: number, t: Translate): PythonFinding | undefined {
  const path = lineage(nodeAt(root, offset));
  const end = path.findIndex(
    ({ type }) => type === 'block' || type === 'module' || type === 'class_definition',
  );
  const parts = path.slice(0, end < 0 ? undefined : end);
  const argument = parts.find(({ type }) => type === 'keyword_argument');
  const name = argument && field(argument, 'name')?.text;
  // One budget for all parts: an expression can be nested as deep as its text is long.
  const rest = { left: 3 * BUDGET, calls: CALLS_BUDGET };
  for (const node of parts) {
    const found = findingOf(node, { root, t, name, rest });
    if (found !== undefined || rest.left <= 0) return found;
  }
  return undefined;
}

type Search = {
  readonly root: PyNode;
  readonly t: Translate;
  readonly name: string | undefined;
  readonly rest: { left: number; calls: number };
};
type CallSite = { readonly node: PyNode; readonly name: string | undefined; readonly context: Context };
type FoundSchedule = { readonly kind: 'curve'; readonly schedule: Schedule };
type Train = Omit<Extract<PythonFinding, { kind: 'train' }>, 'start' | 'end' | 'notes' | 'highlight'>;

function findingOf(node: PyNode, { root, t, name, rest }: Search): PythonFinding | undefined {
  const notes = new Set<string>();
  let isPlaceholder = false;
  const assume: Context['assume'] = (note, kind) => {
    isPlaceholder ||= kind === 'placeholder';
    if (notes.size < MOST_NOTES) notes.add(shortened(note));
  };
  const given = Math.min(BUDGET, rest.left);
  const context = createContext(root, { t, assume, budget: { left: given, calls: rest.calls, depth: 0 } });
  const found = LOOKS.get(node.type)?.({ node, name, context });
  rest.left -= given - context.budget.left;
  rest.calls = context.budget.calls;
  if (found === undefined) return undefined;
  const highlight = name === undefined ? undefined : (highlightOf(name) ?? HIGHLIGHTS.get(name));
  const marked = isPlaceholder ? withMark(found) : found;
  return { start: node.start, end: node.end, highlight, notes: [...notes], ...marked };
}

/** Its numbers of steps are shown with the mark of an assumption, and shares of the run are left out. */
function withMark(found: FoundSchedule | Train): FoundSchedule | Train {
  if (found.kind !== 'curve') return found;
  const assumed = [words('unknown values are replaced by placeholders')];
  return { ...found, schedule: { ...found.schedule, assumed } };
}

/** More than a person reads in a hover. */
const MOST_NOTES = 20;
const LONGEST_NOTE = 300;

function shortened(note: string): string {
  return note.length <= LONGEST_NOTE ? note : `${note.slice(0, LONGEST_NOTE - 1)}…`;
}

const LOOKS: ReadonlyMap<string, (place: CallSite) => FoundSchedule | Train | undefined> = new Map([
  ['call', (place: CallSite) => train(place) ?? curve(place)],
  ['identifier', curve],
  ['attribute', curve],
  ['assignment', assignment],
]);

/** Arguments of schedulers and how they are shown in the picture. */
const HIGHLIGHTS: ReadonlyMap<string, Highlight> = new Map<string, Highlight>([
  ['lr', 'peak'],
  ['max_lr', 'peak'],
  ['eta_min', 'final'],
  ['lr_end', 'final'],
  ['lr_min', 'final'],
  ['min_lr', 'final'],
  ['end_factor', 'final'],
  ['T_max', 'end'],
  ['total_steps', 'end'],
  ['num_training_steps', 'end'],
  ['t_initial', 'end'],
  ['milestones', 'warmup'],
  ['total_iters', 'warmup'],
  ['start_factor', 'warmup'],
  ['lr_lambda', 'warmup'],
  ['num_warmup_steps', 'warmup'],
  ['warmup_t', 'warmup'],
  ['pct_start', 'warmup'],
]);

function train({ node, name, context }: CallSite): Train | undefined {
  const experiment = trainCall(node, scopeAt(node, context), context);
  return experiment === undefined ? undefined : { kind: 'train', experiment, key: name };
}

function curve({ node, context }: CallSite): FoundSchedule | undefined {
  const scope = scopeAt(node, context);
  const value = context.evaluate(node, scope);
  if (value.kind !== 'scheduler') return undefined;
  return { kind: 'curve', schedule: draw(value.scheduler, scope, context) };
}

/** On the name that a scheduler gets, or within an MMEngine list. */
function assignment({ node, name, context }: CallSite): FoundSchedule | undefined {
  const left = field(node, 'left')?.text;
  const right = field(node, 'right');
  if (right === undefined) return undefined;
  if (left !== 'param_scheduler') return curve({ node: right, name, context });
  const scope = scopeAt(context.root, context);
  const schedule = mmengine(context.evaluate(right, scope), scope, context);
  return schedule && { kind: 'curve', schedule };
}

function createContext(root: PyNode, given: Pick<Context, 't' | 'assume' | 'budget'>): Context {
  const context: Context = {
    root,
    ...given,
    evaluate: (node, scope) => evaluate(node, scope, context),
    call: (callee, args) => callFunction(callee, args, context),
    construct: (name, args, node) =>
      torchScheduler(name, args, context) ??
      optimizer(name, args, { context, node }) ??
      transformersScheduler(name, args, context) ??
      timmScheduler(name, args, context) ??
      detector(name, args.positional),
  };
  return context;
}
