import { type Words, words } from '../../../base/words';
import { classifyTag, type TagKind } from '../../../domain/foreign/classify-tag';
import { compilePatterns, matchLine } from '../../../domain/foreign/line-patterns';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { AppendedLines } from './appended-file';
import type { Source } from './source';

const LONGEST = 120;

/** One expression a metric over the lines of a log. `step` and `epoch` are counters; a line with a loss but no step is the next one. */
export function regexSource(file: string, metrics: Readonly<Record<string, string>>): Source {
  const { patterns, problems } = compilePatterns(metrics);
  const lines = new AppendedLines(file);
  const state = { step: -1, epoch: undefined as number | undefined };
  let pending: readonly Words[] = problems;
  const seen = { lines: 0, last: '' };
  return {
    poll: async () => {
      const atStart = pending.map((said): ForeignRecord => ({ kind: 'problem', said }));
      pending = [];
      const { lines: added, restarted } = await lines.next();
      seen.lines += added.length;
      seen.last = added.at(-1) ?? seen.last;
      if (restarted) Object.assign(state, { step: -1, epoch: undefined });
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

function recordsOf(
  found: Readonly<Record<string, number>>,
  state: { step: number; epoch: number | undefined },
): ForeignRecord[] {
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
  state.epoch = Number.isInteger(found.epoch) ? Math.max(1, found.epoch) : state.epoch;
  return [...stepOf(found, groups, state), ...epochOf(groups.metric, state)];
}

type Groups = { readonly loss: Record<string, number>; readonly lr: Record<string, number> };

function stepOf(
  found: Readonly<Record<string, number>>,
  { loss, lr }: Groups,
  state: { step: number; epoch: number | undefined },
): ForeignRecord[] {
  if (Object.keys(loss).length + Object.keys(lr).length === 0) return [];
  state.step = Number.isInteger(found.step) ? found.step : state.step + 1;
  return [{ kind: 'step', step: state.step, epoch: state.epoch, loss, lr, time: undefined }];
}

function epochOf(metrics: Record<string, number>, state: { epoch: number | undefined }): ForeignRecord[] {
  return Object.keys(metrics).length === 0
    ? []
    : [{ kind: 'epoch', epoch: state.epoch ?? 1, loss: {}, metrics }];
}
