import { nearestName } from '../../base/suggest';
import { inEnglish } from '../../base/words';
import type { ListedDifference } from '../../domain/compare/verdict';
import { parseFilter } from '../../domain/runs-table/filter';
import {
  type ColumnKind,
  groupRows,
  kindOfColumn,
  knownColumns,
  type Row,
  type SortKey,
  sortRows,
} from '../../domain/runs-table/row';
import { hasOtherTask, type RunSummary } from '../../engine/runs/list-runs';
import { FACT_COLUMNS, rowOf } from '../../run/run-row';
import { badInput } from '../failure';
import type { CliIo } from '../io';
import { resolveWholeRun } from '../run-reference';

export type ListOptions = {
  readonly columns?: string;
  readonly sort?: string;
  readonly where?: string;
  readonly group?: string;
  readonly baseline?: string;
  readonly archived?: true;
  readonly limit?: number;
};

/** A run of the list with its values by column. */
export type ListedRow = {
  readonly summary: RunSummary;
  readonly row: Row;
  readonly difference: ListedDifference | 'baseline' | 'another task' | undefined;
};

export type ListView = {
  readonly rows: readonly ListedRow[];
  /** Chosen columns; undefined: the usual ones. */
  readonly columns: readonly string[] | undefined;
  readonly groups: ListedGroups | undefined;
  readonly hasBaseline: boolean;
};

/** Runs of one value: how many there are, and how many of them are shown. */
export type ListedGroup = {
  readonly value: string;
  readonly count: number;
  readonly shown: number;
  readonly best: number | undefined;
};
type ListedGroups = { readonly key: string; readonly each: readonly ListedGroup[] };

type ListedFolder = { readonly folder: string; readonly runs: readonly RunSummary[] };

/** The runs that were asked for, in the order that was asked for. Throws one line for what no run has. */
export async function viewOf(
  io: CliIo,
  { folder, runs }: ListedFolder,
  options: ListOptions,
): Promise<ListView> {
  const shown = runs.filter(({ meta }) => options.archived || !meta.archived);
  const all = shown.map((summary) => ({ summary, row: rowOf(summary) }));
  // Collected only if something names a column: a plain list takes no settings apart.
  const known = () =>
    knownColumns(
      all.map(({ row }) => row),
      FACT_COLUMNS,
    );
  const { group, baseline, limit } = options;
  const columns = options.columns === undefined ? undefined : readColumns(options.columns, known());
  const groupKey = group === undefined ? undefined : readGroup(group, known());
  const keys = [
    ...(groupKey === undefined ? [] : [{ key: groupKey, descending: false }]),
    ...readSortOf(options, known),
  ];
  const kindOf = (key: string) =>
    kindOfColumn(
      all.map(({ row }) => row),
      key,
    );
  const matches = filterOf(options, known, kindOf);
  const found = all.filter(({ row }) => matches(row));
  const { rows, groups } = shownOf(
    sortRows(found, keys, ({ row }) => row),
    groupKey,
    limit,
  );
  return {
    rows: await withBaseline(io, rows, { folder, runs, baseline }),
    columns,
    groups,
    hasBaseline: baseline !== undefined,
  };
}

type FoundRow = Omit<ListedRow, 'difference'>;
type ShownRows = { readonly rows: readonly FoundRow[]; readonly groups: ListedGroups | undefined };

/** At most so many; of groups at most so many each, so that none of them is missing. */
function shownOf(found: readonly FoundRow[], key: string | undefined, limit: number | undefined): ShownRows {
  if (key === undefined) return { rows: found.slice(0, limit), groups: undefined };
  const groups = groupRows(found, key, ({ row }) => row).map((one) => ({
    ...one,
    shown: one.rows.slice(0, limit),
  }));
  const each = groups.map(({ value, rows, shown, best }) => ({
    value,
    count: rows.length,
    shown: shown.length,
    best,
  }));
  return { rows: groups.flatMap(({ shown }) => shown), groups: { key, each } };
}

type KnownColumns = () => ReadonlySet<string>;

const readSortOf = ({ sort }: ListOptions, known: KnownColumns) =>
  sort === undefined ? [] : readSort(sort, known());

function filterOf(
  { where }: ListOptions,
  known: KnownColumns,
  kindOf: (key: string) => ColumnKind,
): (row: Row) => boolean {
  if (where === undefined) return () => true;
  const filter = parseFilter(where, known(), kindOf);
  if (filter.kind === 'problem') throw badInput(`--where: ${inEnglish(filter.why)}`);
  return filter.matches;
}

type BaselineWish = ListedFolder & { readonly baseline: string | undefined };

async function withBaseline(
  io: CliIo,
  rows: readonly FoundRow[],
  { folder, runs, baseline }: BaselineWish,
): Promise<ListedRow[]> {
  if (baseline === undefined) return rows.map((one) => ({ ...one, difference: undefined }));
  const dir = resolveWholeRun(io, baseline, folder);
  const best = (one: RunSummary) => ({ dir: one.dir, epoch: one.status?.progress?.best?.epoch });
  const base = runs.find((one) => one.dir === dir);
  if (!base) throw badInput(`--baseline ${baseline}: is not a run of ${folder}`);
  const others = rows.map(({ summary }) => summary).filter((one) => one.dir !== dir);
  // The statistics are loaded by who asks for them: a plain list would pay for them too.
  const { listedDifferences } = await import('../../engine/compare/listed-baseline');
  const found = await listedDifferences(best(base), others.map(best));
  const differenceOf = ({ summary }: FoundRow): ListedRow['difference'] => {
    if (summary.dir === dir) return 'baseline';
    return hasOtherTask(base, summary) ? 'another task' : found.get(summary.dir);
  };
  return rows.map((one) => ({ ...one, difference: differenceOf(one) }));
}

function readGroup(text: string, known: ReadonlySet<string>): string {
  if (text.includes(',')) throw badInput(`--group ${text}: expected one column; --sort orders by several`);
  requireColumn('--group', text.trim(), known);
  return text.trim();
}

/** `name,lr0,map`; throws one line for a name that no run has. */
function readColumns(text: string, known: ReadonlySet<string>): string[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) requireColumn('--columns', name, known);
  return names;
}

/** `-map,name`: by map, highest first, then by name. */
function readSort(text: string, known: ReadonlySet<string>): SortKey[] {
  return text.split(',').map((part) => {
    const [, minus, key = ''] = /^\s*(-?)(.*?)\s*$/.exec(part) ?? [];
    requireColumn('--sort', key, known);
    return { key, descending: minus === '-' };
  });
}

function requireColumn(option: string, name: string, known: ReadonlySet<string>): void {
  if (known.has(name)) return;
  const near = nearestName(name, known);
  throw badInput(`${option}: no run has ${name}${near === undefined ? '' : `, did you mean ${near}?`}`);
}
