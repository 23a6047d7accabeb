import path from 'node:path';
import { inEnglish } from '../../base/words';
import type { Comparison } from '../../domain/compare/compare';
import type { DrawnDifference } from '../../domain/compare/draw-record';
import { isUnknown, type Limits } from '../../domain/compare/limits';
import { againstBaseline, CORRECTED_FOR_CLASSES } from '../../domain/compare/sentences';
import type { Verdict } from '../../domain/compare/verdict';
import { verdictSentences } from '../../domain/compare/verdict-sentences';
import { SAMPLING_ONLY } from '../../domain/compare/warnings';
import { formatDifference, formatProbability } from '../../domain/display/format';
import type { BoxesCompared, RunsCompared } from '../../engine/compare/compare-runs';
import type { RunDetections } from '../../engine/compare/run-detections';
import { score } from '../output/numbers';
import type { Style } from '../output/style';
import { formatTable, type TableColumn } from '../output/table';

const COLUMNS: readonly TableColumn[] = [
  { title: 'class' },
  ...['images', 'A', 'B', 'B - A', '95 %'].map((title) => ({ title, align: 'right' as const })),
  { title: 'verdict' },
];

/** Of the table as a whole, so that one of many classes does not stand out by chance. */
const CLASS_VERDICTS = { first: 'A is better', second: 'B is better', neither: '' } as const;

/** As every page shows it, with a minus that a spreadsheet reads; a dash if there is none. */
export const signed = (value: number): string => formatDifference(value).replace(/[−–]/, '-');
/** Too few images have no interval: none is shown. */
const span = (limits: Limits): string =>
  isUnknown(limits) ? '-' : `${signed(limits.low)} to ${signed(limits.high)}`;

/** A run less the baseline, in a table of several: the difference, its limits and the verdict. */
export function judgedCells(difference: number, judged: Limits & { readonly verdict: Verdict }): string[] {
  return [signed(difference), span(judged), inEnglish(againstBaseline(judged))];
}

/** A comparison for people: both, the difference with its verdict, a row per class, and what it does not show. */
export function compareLines({ a, b, compared }: BoxesCompared, style: Style): string[] {
  const { comparison, classes: names, said } = compared;
  const rows = comparison.perClass.map((c) => [
    names[c.class] ?? `class ${c.class}`,
    String(c.images),
    score(c.a),
    score(c.b),
    signed(c.difference),
    span(c),
    CLASS_VERDICTS[c.verdict],
  ]);
  return [
    ...formatTable(CHECKPOINT_COLUMNS, [
      checkpointRow('A', a, comparison.a),
      checkpointRow('B', b, comparison.b),
    ]),
    '',
    ...verdict(compared, style),
    '',
    ...formatTable(COLUMNS, rows),
    ...(comparison.perClass.filter((c) => !isUnknown(c)).length > 1
      ? [style.dim(inEnglish(CORRECTED_FOR_CLASSES))]
      : []),
    '',
    ...said.map((note) => `note: ${inEnglish(note)}`),
    ...comparison.warnings.map((warning) => `warning: ${inEnglish(warning.said)}`),
    style.dim(inEnglish(SAMPLING_ONLY)),
  ];
}

const CHECKPOINT_COLUMNS: readonly TableColumn[] = [
  { title: '' },
  { title: 'run' },
  { title: 'epoch', align: 'right' },
  { title: 'mAP50-95', align: 'right' },
  { title: '90 %', align: 'right' },
];

function checkpointRow(label: string, { dir, epoch }: RunDetections, estimate: Comparison['a']): string[] {
  const limits = Number.isNaN(estimate.low) ? '-' : `${score(estimate.low)} to ${score(estimate.high)}`;
  return [label, path.basename(dir), String(epoch), score(estimate.map), limits];
}

export const NAMES = { a: 'A', b: 'B' };

function verdict(compared: RunsCompared, style: Style): string[] {
  const sentences = verdictSentences(compared, NAMES).map((sentence) => inEnglish(sentence));
  if (compared.isSame) return sentences;
  const { map } = compared.comparison;
  return [
    `B - A  ${style.bold(signed(map))}  ${spread({ ...compared.comparison, difference: map })}`.trimEnd(),
    ...sentences.map((sentence) => `       ${sentence}`),
  ];
}

/** Of a difference: its limits, and in how many draws B is better; nothing of one that too few images show. */
export function spread({ difference, low, high, probabilityBetter }: DrawnDifference): string {
  if (isUnknown({ low, high })) return '';
  const isNone = difference === 0 && low === high;
  const chance = isNone ? '' : `; B is better in ${formatProbability(probabilityBetter)} of draws`;
  return `(95 %: ${span({ low, high })})${chance}`;
}
