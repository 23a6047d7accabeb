import { csvText } from '../../base/csv-cell';
import type { Breakdown } from '../evaluation/breakdown';
import { SIZES, type SizesOf } from '../evaluation/coco/sizes';
import type { CurveColumns, Threshold } from '../evaluation/ultralytics/curves';
import { FALSE_ALARM, MISSED, viewConfusion } from './confused-classes';

export type BreakdownPart = 'confusion' | 'curves' | 'thresholds' | 'sizes';

/** A table of a breakdown, every class of it, with a line of heads; lines end in \n. */
export function breakdownCsv(part: BreakdownPart, breakdown: Breakdown): string {
  return `${PARTS[part](breakdown)
    .map((row) => row.map(cell).join(','))
    .join('\n')}\n`;
}

type CsvRow = readonly (string | number | undefined)[];

const PARTS: Readonly<Record<BreakdownPart, (breakdown: Breakdown) => CsvRow[]>> = {
  confusion: confusionRows,
  curves: curveRows,
  thresholds: thresholdRows,
  sizes: sizeRows,
};

const DIGITS = 6;
/** Of classes together, in the place of a class's name. */
const MEAN = 'all classes';

function cell(value: string | number | undefined): string {
  if (typeof value === 'string') return csvText(value);
  return value === undefined ? '' : String(Number(value.toFixed(DIGITS)));
}

/** A line for each pair that was counted: a matrix of 10,000 classes has 100 million. */
function confusionRows({ names, confusion }: Breakdown): CsvRow[] {
  const { share } = viewConfusion(confusion);
  return [
    ['predicted', 'true', 'count', 'share of true'],
    ...confusion.cells.map(({ predicted, truth, count }) => [
      ...[names[predicted] ?? MISSED, names[truth] ?? FALSE_ALARM],
      ...[count, share(predicted, truth)],
    ]),
  ];
}

/** Two tables under each other would be none: recall is over its own column, beside the curves over confidence. */
function curveRows({ names, curves }: Breakdown): CsvRow[] {
  const { confidence, recall, classes, mean } = curves;
  const drawn: (readonly [string, CurveColumns])[] = [
    ...(mean ? [[MEAN, mean.columns] as const] : []),
    ...classes.flatMap(({ class: c, columns }) => (columns ? [[names[c], columns] as const] : [])),
  ];
  const points = ([name, columns]: readonly [string, CurveColumns]): CsvRow[] => [
    ...Array.from(confidence, (x, i): CsvRow => {
      return [name, 'confidence', x, columns.precision[i], columns.recall[i], columns.f1[i]];
    }),
    ...Array.from(recall, (x, i): CsvRow => [name, 'recall', x, columns.envelope[i], x, undefined]),
  ];
  return [['class', 'over', 'at', 'precision', 'recall', 'f1'], ...drawn.flatMap(points)];
}

function thresholdRows({ names, curves }: Breakdown): CsvRow[] {
  const numbers = (at: Threshold | undefined) => [at?.confidence, at?.f1, at?.precision, at?.recall];
  const { mean } = curves;
  const heads = ['confidence', 'f1', 'precision', 'recall'];
  return [
    ['class', 'labels', 'ap50', ...heads, ...heads.map((head) => `common ${head}`)],
    ...(mean ? [[MEAN, undefined, mean.map50, ...numbers(mean.best), ...numbers(mean.best)]] : []),
    ...curves.classes.map(({ class: c, labels, ap50, best, common }) => [
      ...[names[c], labels, ap50],
      ...[...numbers(best), ...numbers(common)],
    ]),
  ];
}

function sizeRows({ names, sizes }: Breakdown): CsvRow[] {
  const numbers = (of: SizesOf) => SIZES.flatMap((size) => [of[size].objects, of[size].ap, of[size].ar]);
  return [
    ['class', ...SIZES.flatMap((size) => [`${size} objects`, `${size} AP`, `${size} AR`])],
    [MEAN, ...numbers(sizes.all)],
    ...sizes.classes.map((one) => [names[one.class], ...numbers(one)]),
  ];
}
