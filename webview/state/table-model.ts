import type { Cell, Row } from '../../src/domain/runs-table/row';
import type { TableRow, TableUpdate } from '../../src/protocol/runs-table/messages';

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
