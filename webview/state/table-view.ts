import type { Words } from '../../src/base/words';
import { parseFilter } from '../../src/domain/runs-table/filter';
import {
  type Cell,
  cellText,
  groupRows,
  kindOfColumn,
  knownColumns,
  type Row,
  sortRows,
} from '../../src/domain/runs-table/row';
import type { TableRow, TableUpdate } from '../../src/protocol/runs-table/messages';
import { FACT_COLUMNS } from '../../src/run/run-row';
import type { TablePreferences } from './table-preferences';

/** A line of the table: a run, or the heading over runs of one value. */
export type TableItem =
  | { readonly kind: 'run'; readonly run: PageRow }
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly value: string;
      readonly count: number;
      readonly best: number | undefined;
    };

export type TableView = {
  readonly items: readonly TableItem[];
  readonly runs: readonly PageRow[];
  /** After the run's name. */
  readonly columns: readonly string[];
  readonly facts: TableFacts;
  /** What is wrong with the filter; all runs are shown then. */
  readonly problem: Words | undefined;
  /** Runs that are not archived, or all if those are shown. */
  readonly total: number;
};

/** What the runs together have; made once for each state of them. */
export type TableFacts = {
  readonly known: ReadonlySet<string>;
  /** Settings in which runs differ. */
  readonly differing: readonly string[];
  readonly hasTags: boolean;
  readonly hasNotes: boolean;
};

const MOST_USUAL_SETTINGS = 5;
const FACTS: ReadonlySet<string> = new Set(FACT_COLUMNS);
/** Names and paths: they differ whenever anything does. */
const NOT_SHOWN: ReadonlySet<string> = new Set(['name', 'project', 'cwd', 'data', 'save_dir']);

export function factsOfTable({ rows }: TableModel): TableFacts {
  const all = [...rows.values()].map(({ row }) => row);
  const known = knownColumns(all, FACT_COLUMNS);
  const differs = (key: string): boolean => {
    const first = cellText(all[0]?.get(key));
    return all.some((row) => cellText(row.get(key)) !== first);
  };
  const has = (key: string): boolean => all.some((row) => cellText(row.get(key)) !== '');
  return {
    known,
    differing: [...known].filter((key) => !FACTS.has(key) && !NOT_SHOWN.has(key) && differs(key)),
    hasTags: has('tags'),
    hasNotes: has('notes'),
  };
}

/** Facts, what was varied, and what people wrote. */
export function usualColumns({ differing, hasTags, hasNotes }: TableFacts): readonly string[] {
  return [
    ...['state', 'epoch', 'map', 'at'],
    ...differing.slice(0, MOST_USUAL_SETTINGS),
    'started',
    ...(hasTags ? ['tags'] : []),
    ...(hasNotes ? ['notes'] : []),
  ];
}

/** The runs that were asked for, in the order that was asked for: what `pitwall list` prints. */
export function viewOfTable(
  { rows }: TableModel,
  preferences: TablePreferences,
  facts: TableFacts,
): TableView {
  const { known } = facts;
  const all = [...rows.values()].filter(({ archived }) => preferences.archived || !archived);
  const kindOf = (key: string) =>
    kindOfColumn(
      all.map(({ row }) => row),
      key,
    );
  const filter = parseFilter(preferences.where, known, kindOf);
  const found = filter.kind === 'problem' ? all : all.filter(({ row }) => filter.matches(row));
  const group =
    preferences.group !== undefined && known.has(preferences.group) ? preferences.group : undefined;
  const keys = [...(group === undefined ? [] : [{ key: group, descending: false }]), ...preferences.sort];
  const runs = sortRows(found, keys, ({ row }) => row);
  return {
    items: group === undefined ? runs.map(itemOf) : groupedItems(runs, group),
    runs,
    columns: (preferences.columns ?? usualColumns(facts)).filter((key) => known.has(key)),
    facts,
    problem: filter.kind === 'problem' ? filter.why : undefined,
    total: all.length,
  };
}

const itemOf = (run: PageRow): TableItem => ({ kind: 'run', run });

function groupedItems(runs: readonly PageRow[], key: string): TableItem[] {
  return groupRows(runs, key, ({ row }) => row).flatMap(({ value, rows, best }): TableItem[] => [
    { kind: 'group', key, value, count: rows.length, best },
    ...rows.map(itemOf),
  ]);
}

/** Whether a column of these runs is set to the right. */
export function isNumeric(runs: readonly PageRow[], key: string): boolean {
  return runs.some(({ row }) => typeof row.get(key) === 'number');
}

export const titleOf = ({ row }: PageRow): Cell => row.get('title') ?? row.get('name');

/** A run as this page has it. */
export type PageRow = Omit<TableRow, 'cells'> & { readonly row: Row };

export type TableModel = {
  readonly seq: number;
  readonly isWhole: boolean;
  readonly rows: ReadonlyMap<string, PageRow>;
};

export const emptyTable: TableModel = { seq: -1, isWhole: false, rows: new Map() };

/** The next model, or undefined if an update is missing and the page must open again. */
export function applyTableUpdate(model: TableModel, update: TableUpdate): TableModel | undefined {
  if (!update.reset && update.seq !== model.seq + 1) return undefined;
  const rows = new Map(update.reset ? [] : model.rows);
  for (const { cells, ...rest } of update.rows) rows.set(rest.dir, { ...rest, row: rowOfCells(cells) });
  for (const dir of update.gone) rows.delete(dir);
  return { seq: update.seq, isWhole: update.whole, rows };
}

/** A map: a setting may have the name of something that every object has. */
function rowOfCells(cells: Readonly<Record<string, Cell>>): Row {
  const all = new Map(Object.entries(cells));
  return { get: (column) => all.get(column), keys: () => all.keys() };
}
