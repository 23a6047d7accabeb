import { inEnglish } from '../../base/words';
import { NO_LABELS } from '../../domain/compare/val-set';
import { FALSE_ALARM, MISSED, viewConfusion, worstConfusions } from '../../domain/display/confused-classes';
import { formatPercent } from '../../domain/display/format';
import type { Breakdown } from '../../domain/evaluation/breakdown';
import { SIZES, type SizeMetrics, type SizesOf } from '../../domain/evaluation/coco/sizes';
import type { ConfusionMatrix } from '../../domain/evaluation/confusion';
import type { Threshold } from '../../domain/evaluation/ultralytics/curves';
import { score } from '../output/numbers';
import { formatTable, type TableColumn } from '../output/table';

/** A wider matrix breaks its lines in a terminal of 80 columns: the worst confusions are listed in its place. */
const WIDEST_MATRIX = 8;
const MOST_LISTED = 20;

const right = (title: string): TableColumn => ({ title, align: 'right' });

/** The matrix if it fits, and what was confused most. */
export function confusionLines({ names, confusion }: Breakdown): string[] {
  const { confidence, iou, cells } = confusion;
  const how = `detections above confidence ${confidence}, overlaps above IoU ${iou}, as Ultralytics counts`;
  if (cells.length === 0) return [how, 'nothing was counted: there are neither labels nor such detections'];
  const matrix =
    names.length > WIDEST_MATRIX
      ? []
      : [
          'rows: predicted, columns: true; Ultralytics calls the last row and the last column background',
          '',
          ...matrixLines(names, confusion),
        ];
  return [how, ...matrix, '', ...worstLines(names, confusion)];
}

function matrixLines(names: readonly string[], matrix: ConfusionMatrix): string[] {
  const { background, count, share } = viewConfusion(matrix);
  const all = Array.from({ length: background + 1 }, (_, c) => c);
  const cell = (predicted: number, truth: number): string => {
    const found = count(predicted, truth);
    return found === 0 ? '.' : `${found} ${formatPercent(share(predicted, truth))}`;
  };
  const columns = ['', ...all.map((truth) => names[truth] ?? FALSE_ALARM)].map(right);
  return formatTable(
    columns,
    all.map((predicted) => [names[predicted] ?? MISSED, ...all.map((truth) => cell(predicted, truth))]),
  );
}

function worstLines(names: readonly string[], matrix: ConfusionMatrix): string[] {
  const { share, background } = viewConfusion(matrix);
  const { worst, more, totals } = worstConfusions(matrix, MOST_LISTED);
  if (worst.length === 0)
    return ['no mistake: each label has a detection of its class, and none is left over'];
  const rows = worst.map(({ predicted, truth, count }) => {
    const of = truth === background ? 'the false alarms' : `the labels of ${names[truth]}`;
    const shared = `${formatPercent(share(predicted, truth), 1)} of ${of}`;
    return [String(count), names[truth] ?? FALSE_ALARM, names[predicted] ?? MISSED, shared];
  });
  const columns = [right('count'), { title: 'true' }, { title: 'predicted' }, { title: 'share' }];
  return [
    `labels taken for another class: ${totals.confused}, missed labels: ${totals.missed}, false alarms: ${totals.falseAlarm}`,
    '',
    ...formatTable(columns, rows),
    ...(more > 0 ? [`${more} more kinds of mistakes; --csv or --json has them`] : []),
  ];
}

/** The best threshold, what it costs, and each class's own. */
export function thresholdLines({ names, curves }: Breakdown): string[] {
  const { mean, classes } = curves;
  if (!mean) return [inEnglish(NO_LABELS)];
  const { best } = mean;
  if (!best) return ['no detection finds a label at IoU .50: there is no best confidence'];
  const numbers = (at: Threshold | undefined): string[] =>
    [at?.confidence, at?.f1, at?.precision, at?.recall].map(score);
  const common = `F1 at ${score(best.confidence)}`;
  const heads = ['class', 'labels', 'AP50', 'own threshold', 'F1', 'P', 'R', common];
  const rows = classes.map(({ class: c, labels, ap50, best: own, common: there }) => [
    ...[names[c], String(labels), score(ap50)],
    ...[...numbers(own), score(there?.f1)],
  ]);
  const all = ['all classes', '', score(mean.map50), ...numbers(best), score(best.f1)];
  return [
    `highest mean F1 ${score(best.f1)} at confidence ${score(best.confidence)}: precision ${score(best.precision)}, recall ${score(best.recall)} (IoU .50)`,
    "each threshold is the highest point of F1 smoothed as Ultralytics does it: a class's own may give a little less than the common one",
    '',
    ...formatTable(
      heads.map((title, i) => (i === 0 ? { title } : right(title))),
      [all, ...rows],
    ),
  ];
}

/** COCO's AP and AR by size, of all classes and of each. */
export function sizeLines({ names, sizes }: Breakdown): string[] {
  if (sizes.classes.length === 0) return [inEnglish(NO_LABELS)];
  const numbers = (of: SizesOf): string[] => SIZES.flatMap((size) => sizeCells(of[size]));
  const heads = SIZES.flatMap((size) => [size, 'AP', 'AR']);
  const absent = SIZES.filter((size) => sizes.all[size].objects === 0);
  return [
    'COCO: AP and AR over IoU .50:.95 of objects up to 32 x 32 pixels of the original image, up to 96 x 96, and above',
    ...(absent.length > 0 ? [`no object of this size: ${absent.join(', ')}`] : []),
    '',
    ...formatTable(
      [{ title: 'class' }, ...heads.map(right)],
      [
        ['all classes', ...numbers(sizes.all)],
        ...sizes.classes.map((one) => [names[one.class], ...numbers(one)]),
      ],
    ),
  ];
}

const sizeCells = ({ objects, ap, ar }: SizeMetrics): string[] =>
  objects === 0 ? ['none', '-', '-'] : [String(objects), score(ap), score(ar)];
