import { naturalOrder } from '../../base/natural-order';
import type { Translate } from '../../base/translate';
import { formatAgo, formatDuration, formatMetric, formatRate } from '../display/format';

/** What one column says of one run; undefined if the run has none. */
export type Cell = string | number | boolean | readonly string[] | undefined;

/** A run as a row of a table: the value of each column by name, and the columns that it has. */
export type Row = { get(column: string): Cell; keys(): Iterable<string> };

/** A cell as text to search in and to show if the column has no format of its own. */
export function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return typeof cell === 'object' ? cell.join(', ') : String(cell);
}

/** Numbers before texts, smaller before larger; runs without a value last in either direction. */
export function compareCells(a: Cell, b: Cell, descending: boolean): number {
  const [emptyA, emptyB] = [isEmpty(a), isEmpty(b)];
  if (emptyA || emptyB) return Number(emptyA) - Number(emptyB);
  const order =
    typeof a === 'number' && typeof b === 'number' ? a - b : naturalOrder(cellText(a), cellText(b));
  return descending ? -order : order;
}

const isEmpty = (cell: Cell): boolean => cell === undefined || Number.isNaN(cell) || cell === '';

export type SortKey = { readonly key: string; readonly descending: boolean };

/** By the first key, among equals by the next; rows that are equal in all stay in their order. */
export function sortRows<T>(rows: readonly T[], keys: readonly SortKey[], rowOf: (one: T) => Row): T[] {
  return rows.toSorted((a, b) => {
    for (const { key, descending } of keys) {
      const order = compareCells(rowOf(a).get(key), rowOf(b).get(key), descending);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Every column that any of the runs has: `facts` first. */
export function knownColumns(rows: Iterable<Row>, facts: readonly string[]): ReadonlySet<string> {
  const known = new Set<string>(facts);
  for (const row of rows) for (const key of row.keys()) known.add(key);
  return known;
}

/** What a column holds: by the values that there are. `mixed`: of several kinds, or none. */
export type ColumnKind = 'number' | 'flag' | 'text' | 'mixed';

export function kindOfColumn(rows: readonly Row[], key: string): ColumnKind {
  const kinds = new Set(rows.map((row) => kindOfCell(row.get(key))));
  kinds.delete('mixed');
  const [kind = 'mixed'] = kinds;
  return kinds.size === 1 ? kind : 'mixed';
}

function kindOfCell(cell: Cell): ColumnKind {
  if (cell === undefined) return 'mixed';
  if (typeof cell === 'number') return 'number';
  return typeof cell === 'boolean' ? 'flag' : 'text';
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
