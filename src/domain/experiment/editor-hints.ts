import { fixed, type Problem, type ProblemFix, type SourceRange } from '../../base/problem';
import { createTranslate, type Translate } from '../../base/translate';
import { type Words, words } from '../../base/words';
import { effective } from '../advice/facts';
import type { Advice, AdviceFix } from '../advice/types';
import { formatCount } from '../display/format';
import { countedInput, type DatasetCounts } from '../schedule/dataset-counts';
import { headlineTexts, isAssumed } from '../schedule/headlines';
import { rate } from '../schedule/summary';
import type { Schedule } from '../schedule/types';
import { type KeyEntry, lastOf } from './entries';
import { keySpec } from './key-table';
import { readYaml } from './read-yaml';
import { keyEdit } from './set-key';
import type { Experiment } from './types';

/** A remark after a value: `warmup_epochs: 5` gets "3,125 steps, 5.0 %". */
export type InlayHint = { readonly range: SourceRange; readonly key: string; readonly text: string };

export type HintContext = {
  readonly experiment: Experiment;
  readonly schedule: Schedule;
  readonly counts: DatasetCounts;
};

const ENGLISH = createTranslate();

export function inlayHints(text: string, context: HintContext, t: Translate = ENGLISH): readonly InlayHint[] {
  const entries = readYaml(text, '').entries;
  return entries.flatMap((entry): InlayHint[] => {
    const hint = HINTS[entry.key]?.(context, t);
    const range = entry.valueRange;
    return hint === undefined || range === undefined || entry.value === null
      ? []
      : [{ range, key: entry.key, text: hint }];
  });
}

const HINTS: Readonly<Record<string, (context: HintContext, t: Translate) => string | undefined>> = {
  warmup_epochs: ({ schedule }, t) => {
    const { warmupSteps, warmupShare } = headlineTexts(schedule);
    if (schedule.warmupSteps === 0) return t('no warm-up');
    const steps = stepCount(warmupSteps, t);
    return warmupShare === undefined ? steps : t('{0}, {1}', steps, warmupShare);
  },
  epochs: ({ schedule }, t) => stepCount(headlineTexts(schedule).steps, t),
  batch: ({ schedule }, t) =>
    t('{0} per epoch', stepCount(headlineTexts(schedule).stepsPerEpoch, t)) + accumulation(schedule, t),
  lrf: ({ schedule }, t) => t('down to {0}', headlineTexts(schedule).lastLr),
  optimizer: (context, t) => {
    const chosen = effective(context);
    if (!chosen.auto) return undefined;
    // Auto decides by the number of steps and classes.
    const optimizer = isAssumed(context.schedule) ? `~${chosen.optimizer}` : chosen.optimizer;
    return t('{0}, lr0 {1}, momentum {2}', optimizer, rate(chosen.lr0), chosen.momentum);
  },
  fraction: ({ experiment, counts }, t) => {
    const { images = counts.images } = countedInput(experiment, counts);
    const mark = counts.assumed === undefined ? '' : '~';
    return images < counts.images ? t('{0} images used', mark + formatCount(images)) : undefined;
  },
};

function stepCount(text: string, t: Translate): string {
  return text === '1' ? t('1 step') : t('{0} steps', text);
}

function accumulation(schedule: Schedule, t: Translate): string {
  const batches = schedule.accumulateAt(schedule.steps - 1);
  return batches > 1 ? t(', {0} batches per update', batches) : '';
}

/** A problem that says why one may believe it. */
export type AdviceProblem = Problem & {
  readonly rule: string;
  readonly source: Words;
  readonly reason: Words;
};

/** Advice as problems at its place in the text, with the edit that follows it. */
export function adviceProblems(
  advice: readonly Advice[],
  text: string,
  file: string,
): readonly AdviceProblem[] {
  const entries = lastOf(readYaml(text, file).entries);
  return advice.map(({ fix: cure, ...item }) => {
    const anchor = entries.get(item.key) ?? entries.get('epochs') ?? [...entries.values()][0];
    const range = anchor?.valueRange;
    const fix = cure && fixOf(cure, text, entries);
    return { ...item, file, ...(range && { range }), ...(fix && { fix }) };
  });
}

function fixOf(fix: AdviceFix, text: string, entries: ReadonlyMap<string, KeyEntry>): ProblemFix | undefined {
  const edit = keyEdit(text, entries, fix);
  if (edit === undefined) return undefined;
  const { kind, range, text: put } = edit;
  if (kind === 'set') return { ...fixed(words('Set {0} to {1}', fix.key, fix.value), put), range };
  return { ...fixed(words('Add {0}', put), `\n${put}`), range };
}

/**
 * Whether the text is at the moment not a whole description of its curve: its YAML is broken, or a key that shapes the
 * curve has no valid value. A default in its place would draw a curve that was never written.
 */
export function isTorn(problems: readonly Problem[]): boolean {
  return problems.some(({ severity, key }) => {
    if (severity !== 'error') return false;
    return key === undefined || keySpec(key)?.shapesSchedule === true;
  });
}
