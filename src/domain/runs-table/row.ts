import { naturalOrder } from '../../base/natural-order';

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
