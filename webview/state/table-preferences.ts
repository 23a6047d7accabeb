import type { SortKey } from '../../src/domain/runs-table/row';

/** What a person chose in the table of runs; kept by the page. */
export type TablePreferences = {
  /** In order, after the run's name; undefined: the usual ones. */
  readonly columns: readonly string[] | undefined;
  readonly sort: readonly SortKey[];
  readonly where: string;
  readonly group: string | undefined;
  /** The folder of the run that the others are compared with. */
  readonly baseline: string | undefined;
  readonly archived: boolean;
};

export const defaultTable: TablePreferences = {
  columns: undefined,
  sort: [{ key: 'started', descending: true }],
  where: '',
  group: undefined,
  baseline: undefined,
  archived: false,
};

/** What setState returned. */
export function readTablePreferences(saved: unknown): TablePreferences {
  const kept = (saved as { preferences?: Partial<TablePreferences> } | undefined)?.preferences;
  const merged = { ...defaultTable, ...kept };
  return Array.isArray(merged.sort) && typeof merged.where === 'string' ? merged : defaultTable;
}

/** Scores and times are asked for highest and newest first; the same column again turns the order round. */
const FIRST_DESCENDING: ReadonlySet<string> = new Set(['map', 'started', 'hours', 'epoch']);

/** `isMore`: among runs that are equal in the columns before it. */
export function withSort(preferences: TablePreferences, key: string, isMore: boolean): TablePreferences {
  const before = preferences.sort.find((one) => one.key === key);
  const descending = before ? !before.descending : FIRST_DESCENDING.has(key);
  if (!isMore) return { ...preferences, sort: [{ key, descending }] };
  const others = preferences.sort.filter((one) => one.key !== key);
  return { ...preferences, sort: [...others, { key, descending }] };
}

/** `columns`: those that are shown now. */
export function withColumn(
  preferences: TablePreferences,
  columns: readonly string[],
  key: string,
): TablePreferences {
  const next = columns.includes(key) ? columns.filter((one) => one !== key) : [...columns, key];
  return { ...preferences, columns: next };
}

/** One place to the left or to the right. */
export function withColumnMoved(
  preferences: TablePreferences,
  columns: readonly string[],
  { key, by }: { readonly key: string; readonly by: 1 | -1 },
): TablePreferences {
  const at = columns.indexOf(key);
  const to = at + by;
  if (at < 0 || to < 0 || to >= columns.length) return preferences;
  const next = columns.filter((one) => one !== key);
  next.splice(to, 0, key);
  return { ...preferences, columns: next };
}
