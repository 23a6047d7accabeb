import { type Words, words } from '../../../base/words';
import { classifyTag, type TagKind } from '../../../domain/foreign/classify-tag';
import { compilePatterns, matchLine } from '../../../domain/foreign/line-patterns';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { AppendedLines } from './appended-file';
import type { Source } from './source';

const LONGEST = 120;

/** `base`: what the first epoch of the log is called, which is 0 or 1. */
type Counters = { step: number; epoch: number | undefined; base: number | undefined };

const START: Readonly<Counters> = { step: -1, epoch: undefined, base: undefined };

/** One expression a metric over the lines of a log. `step` and `epoch` are counters; a line with a loss but no step is the next one. */
export function regexSource(file: string, metrics: Readonly<Record<string, string>>): Source {
  const { patterns, problems } = compilePatterns(metrics);
  const lines = new AppendedLines(file);
  const state = { ...START };
  let pending: readonly Words[] = problems;
  const seen = { lines: 0, last: '' };
  return {
    poll: async () => {
      const atStart = pending.map((said): ForeignRecord => ({ kind: 'problem', said }));
      pending = [];
      const { lines: added, restarted } = await lines.next();
      seen.lines += added.length;
      seen.last = added.at(-1) ?? seen.last;
      if (restarted) Object.assign(state, START);
      return [...atStart, ...added.flatMap((line) => recordsOf(matchLine(line, patterns), state))];
    },
    explain: async () => {
      const asked = Object.entries(metrics).map(([name, pattern]) => `${name}: ${pattern}`);
      if (seen.lines === 0)
        return words('the program wrote no line; expected lines for {0}', asked.join('; '));
      return words(
        'none of its {0} lines fits command.metrics ({1}); its last line: {2}',
        ...[seen.lines, asked.join('; '), seen.last.slice(0, LONGEST)],
      );
    },
  };
}

function recordsOf(found: Readonly<Record<string, number>>, state: Counters): ForeignRecord[] {
  const loss: Record<string, number> = {};
  const groups = { loss, epochLoss: loss, lr: {}, metric: {}, epoch: {} } satisfies Record<
    TagKind['kind'],
    object
  >;
  for (const [name, value] of Object.entries(found)) {
    if (name === 'step' || name === 'epoch') continue;
    const { kind, name: ours } = classifyTag(name) ?? { kind: 'loss' as const, name };
    (groups[kind] as Record<string, number>)[ours] = value;
  }
  if (Number.isInteger(found.epoch)) {
    state.base ??= found.epoch === 0 ? 0 : 1;
    state.epoch = found.epoch + 1 - state.base;
  }
  return [...stepOf(found, groups, state), ...epochOf(groups.metric, state)];
}

type Groups = { readonly loss: Record<string, number>; readonly lr: Record<string, number> };

function stepOf(
  found: Readonly<Record<string, number>>,
  { loss, lr }: Groups,
  state: Counters,
): ForeignRecord[] {
  if (Object.keys(loss).length + Object.keys(lr).length === 0) return [];
  state.step = Number.isInteger(found.step) ? found.step : state.step + 1;
  return [{ kind: 'step', step: state.step, epoch: state.epoch, loss, lr, time: undefined }];
}

function epochOf(metrics: Record<string, number>, state: Readonly<Counters>): ForeignRecord[] {
  return Object.keys(metrics).length === 0
    ? []
    : [{ kind: 'epoch', epoch: state.epoch ?? 1, loss: {}, metrics }];
}
