import type { Problem, SourceRange } from '../../base/problem';
import { effective } from '../advice/facts';
import type { Advice, AdviceFix } from '../advice/types';
import { countedInput, type DatasetCounts } from '../schedule/counts';
import { counted, percent, rate, whole } from '../schedule/summary';
import type { Schedule } from '../schedule/types';
import { type Entry, lastOf } from './entries';
import { readYaml } from './read-yaml';
import type { Experiment } from './types';

/** A remark behind a value: `warmup_epochs: 5` gets "3,125 steps, 5.0 %". */
export type InlayHint = { readonly range: SourceRange; readonly key: string; readonly text: string };

export type HintContext = {
  readonly experiment: Experiment;
  readonly schedule: Schedule;
  readonly counts: DatasetCounts;
};

export function inlayHints(text: string, context: HintContext): readonly InlayHint[] {
  const entries = readYaml(text, '').entries;
  return entries.flatMap((entry): InlayHint[] => {
    const hint = HINTS[entry.key]?.(context);
    const range = entry.valueRange;
    return hint === undefined || range === undefined || entry.value === null
      ? []
      : [{ range, key: entry.key, text: hint }];
  });
}

const HINTS: Readonly<Record<string, (context: HintContext) => string | undefined>> = {
  warmup_epochs: ({ schedule: { warmupSteps, steps } }) =>
    warmupSteps === 0 ? 'no warm-up' : `${counted(warmupSteps, 'step')}, ${percent(warmupSteps / steps)}`,
  epochs: ({ schedule }) => counted(schedule.steps, 'step'),
  batch: ({ schedule }) => `${counted(schedule.stepsPerEpoch, 'step')} per epoch${accumulation(schedule)}`,
  lrf: ({ schedule }) => `down to ${rate(schedule.lrAt(schedule.steps - 1, mainOf(schedule)))}`,
  optimizer: (context) => {
    const chosen = effective(context);
    return chosen.auto
      ? `${chosen.optimizer}, lr0 ${rate(chosen.lr0)}, momentum ${chosen.momentum}`
      : undefined;
  },
  fraction: ({ experiment, counts }) => {
    const { images = counts.images } = countedInput(experiment, counts);
    return images < counts.images ? `${whole(images)} images used` : undefined;
  },
};

function accumulation(schedule: Schedule): string {
  const batches = schedule.accumulateAt(schedule.steps - 1);
  return batches > 1 ? `, ${batches} batches per update` : '';
}

function mainOf(schedule: Schedule): number {
  return Math.max(0, schedule.groups.indexOf('weights'));
}

/** Advice as problems at its place in the text, with the edit that follows it. */
export function adviceProblems(advice: readonly Advice[], text: string, file: string): readonly Problem[] {
  const entries = lastOf(readYaml(text, file).entries);
  return advice.map((item) => {
    const anchor = entries.get(item.key) ?? entries.get('epochs') ?? [...entries.values()][0];
    const range = anchor?.valueRange;
    const fix = item.fix && fixOf(item.fix, text, entries);
    const { severity, message, key } = item;
    return { severity, message, key, file, ...(range && { range }), ...(fix && { fix }) };
  });
}

function fixOf(fix: AdviceFix, text: string, entries: ReadonlyMap<string, Entry>): Problem['fix'] {
  const value = String(fix.value);
  const range = entries.get(fix.key)?.valueRange;
  if (range !== undefined) return { title: `Set ${fix.key} to ${value}`, text: value, range };
  const [block, name] = fix.key.split('.');
  // Into a block that stands there already a person writes it better by hand.
  if (name !== undefined && [...entries.keys()].some((key) => key.startsWith(`${block}.`))) return undefined;
  const line = name === undefined ? `${block}: ${value}` : `${block}: { ${name}: ${value} }`;
  return { title: `Add ${line}`, text: `\n${line}`, range: endOf(text) };
}

/** An empty range behind the last line that says something. */
function endOf(text: string): SourceRange {
  const end = text.trimEnd().length;
  const before = text.slice(0, end);
  return { start: end, end, line: before.split('\n').length, column: end - before.lastIndexOf('\n') };
}
