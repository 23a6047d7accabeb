import path from 'node:path';
import { createTranslate } from '../../base/translate';
import { formatMetric, formatSeconds } from '../../domain/display/format';
import { STATISTICS_PAGE, type Topic } from '../../domain/display/statistics-page';
import type { CocoStats } from '../../domain/evaluation/types';

// The terminal is English; other programs use --json.
const english = createTranslate();

/** 0.42 s, 34 s, 3 min 10 s. */
export function seconds(value: number): string {
  return Number.isFinite(value) ? formatSeconds(value, english) : '-';
}

/** A score between 0 and 1 as every page shows it; a dash if there is none. */
export function score(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : formatMetric(value);
}

/** With one more digit than the scores have, and with more if it would read as on the other side of `limit`. */
export function scoreBeside(value: number, limit: number): string {
  if (!Number.isFinite(value)) return '-';
  const isOnItsSide = (text: string): boolean => Math.sign(Number(text) - limit) === Math.sign(value - limit);
  const texts = Array.from({ length: MOST_DIGITS }, (_, i) => value.toFixed(i + 4));
  return texts.find(isOnItsSide) ?? String(value);
}

/** No double needs more behind the point that is not below 1e-4. */
const MOST_DIGITS = 16;

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

/** The page that says what a number means; it is beside the program. */
export function explainedLine(installDir: string, ...topics: readonly Topic[]): string {
  const page = path.join(path.dirname(installDir), STATISTICS_PAGE);
  return `what this means, how it was checked and what it does not cover: ${page}${topics.map((topic) => `#${topic}`).join(', ')}`;
}
