import { type Words, words } from '../../base/words';
import { formatRate } from '../display/format';
import { metricNames } from '../run/task';
import { type Cell, cellText } from '../runs-table/row';

const METRIC = metricNames('detect');
/** What a sweep compares its trials by, as every page calls it. */
export const METRIC_NAMES = {
  map: METRIC[0],
  map50: METRIC[1],
  precision: METRIC[2],
  recall: METRIC[3],
} as const;

/** Digits by which the two differ, as a person writes them: .0007 < .0015. */
export function prunedAt(rung: number, value: number, cutoff: number): Words {
  const short = (one: number): string => one.toFixed(digitsFor(value, cutoff)).replace(/^0\./, '.');
  return words('pruned at epoch {0}: {1} < {2}', rung, short(value), short(cutoff));
}

function digitsFor(one: number, other: number): number {
  const digits = [4, 6, 8, 10, 12].find((n) => one.toFixed(n) !== other.toFixed(n));
  return digits ?? 16;
}

/** A setting of a trial as a table shows it. */
export function shownSetting(cell: Cell): string {
  if (typeof cell === 'number' && !Number.isInteger(cell)) return formatRate(cell);
  return cellText(cell) || '-';
}
