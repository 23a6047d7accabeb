import type { CocoStats } from '../../domain/evaluation/types';

type CocoLine = readonly [
  key: keyof CocoStats,
  kind: 'precision' | 'recall',
  iou: string,
  area: string,
  max: number,
];

const LINES: readonly CocoLine[] = [
  ['AP', 'precision', '0.50:0.95', 'all', 100],
  ['AP50', 'precision', '0.50', 'all', 100],
  ['AP75', 'precision', '0.75', 'all', 100],
  ['APs', 'precision', '0.50:0.95', 'small', 100],
  ['APm', 'precision', '0.50:0.95', 'medium', 100],
  ['APl', 'precision', '0.50:0.95', 'large', 100],
  ['AR1', 'recall', '0.50:0.95', 'all', 1],
  ['AR10', 'recall', '0.50:0.95', 'all', 10],
  ['AR100', 'recall', '0.50:0.95', 'all', 100],
  ['ARs', 'recall', '0.50:0.95', 'small', 100],
  ['ARm', 'recall', '0.50:0.95', 'medium', 100],
  ['ARl', 'recall', '0.50:0.95', 'large', 100],
];

/** The 12 COCO numbers, a line each, in the usual order; -1.000 if a range has no ground truth. */
export function cocoLines(stats: CocoStats): string[] {
  return LINES.map(
    ([key, kind, iou, area, max]) =>
      `${key.padEnd(5)}  average ${kind.padEnd(9)}  IoU ${iou.padEnd(9)}  area ${area.padEnd(6)}  max ${String(max).padStart(3)} per image  = ${stats[key].toFixed(3)}`,
  );
}
