import type { Translate } from '../../base/translate';
import { formatAgo, formatDuration } from '../display/duration';
import { formatMetric, formatRate } from '../display/format';
import { type Cell, cellText, type Row } from './row';

/** Every column that any of the runs has: `facts` first. */
export function knownColumns(rows: Iterable<Row>, facts: readonly string[]): ReadonlySet<string> {
  const known = new Set<string>(facts);
  for (const row of rows) for (const key of row.keys()) known.add(key);
  return known;
}

/** Scores between 0 and 1. */
const SCORES: ReadonlySet<string> = new Set(['map', 'map50', 'precision', 'recall']);

type CellReader = { readonly now: number; readonly t: Translate };

/** A value as a person reads it. */
export function shownCell(key: string, cell: Cell, { now, t }: CellReader): string {
  if (typeof cell !== 'number') return cellText(cell);
  if (SCORES.has(key)) return formatMetric(cell);
  if (key === 'started') return formatAgo((now - cell) / 1000, t);
  if (key === 'hours') return formatDuration(cell * 3600, t);
  return Number.isInteger(cell) ? String(cell) : formatRate(cell);
}

/** Runs of one value under each other: the value, its rows, and the highest mAP among them. */
export type RunGroup<T> = {
  readonly value: string;
  readonly rows: readonly T[];
  readonly best: number | undefined;
};

/** Groups of rows that are in order of `key` already. */
export function groupRows<T>(rows: readonly T[], key: string, rowOf: (one: T) => Row): RunGroup<T>[] {
  const groups: { value: string; rows: T[]; best: number | undefined }[] = [];
  for (const one of rows) {
    const row = rowOf(one);
    const value = cellText(row.get(key));
    let group = groups.at(-1);
    if (group?.value !== value) {
      group = { value, rows: [], best: undefined };
      groups.push(group);
    }
    group.rows.push(one);
    group.best = higher(group.best, row.get('map'));
  }
  return groups;
}

const higher = (best: number | undefined, map: Cell): number | undefined =>
  typeof map === 'number' && !(best !== undefined && best >= map) ? map : best;
