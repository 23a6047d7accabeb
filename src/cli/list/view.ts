import { nearestName } from '../../base/suggest';
import { inEnglish } from '../../base/words';
import type { ListedDifference } from '../../domain/compare/verdict';
import { parseFilter } from '../../domain/runs-table/filter';
import { knownColumns, type Row, type SortKey, sortRows } from '../../domain/runs-table/row';
import { hasOtherTask, type RunSummary } from '../../engine/runs/list-runs';
import { FACT_COLUMNS, rowOf } from '../../run/run-row';
import { badInput } from '../failure';
import type { CliIo } from '../io';
import { resolveRun } from '../run-reference';

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
  readonly group: string | undefined;
  readonly hasBaseline: boolean;
};

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
  const [groupKey] = group === undefined ? [] : readColumns(group, known());
  const keys = [...(groupKey ? [{ key: groupKey, descending: false }] : []), ...readSortOf(options, known)];
  const matches = filterOf(options, known);
  const found = all.filter(({ row }) => matches(row));
  const rows = sortRows(found, keys, ({ row }) => row).slice(0, limit);
  return {
    rows: await withBaseline(io, rows, { folder, runs, baseline }),
    columns,
    group: groupKey,
    hasBaseline: baseline !== undefined,
  };
}

type KnownColumns = () => ReadonlySet<string>;

const readSortOf = ({ sort }: ListOptions, known: KnownColumns) =>
  sort === undefined ? [] : readSort(sort, known());

function filterOf({ where }: ListOptions, known: KnownColumns): (row: Row) => boolean {
  if (where === undefined) return () => true;
  const filter = parseFilter(where, known());
  if (filter.kind === 'problem') throw badInput(`--where: ${inEnglish(filter.why)}`);
  return filter.matches;
}

type BaselineWish = ListedFolder & { readonly baseline: string | undefined };

async function withBaseline(
  io: CliIo,
  rows: readonly Omit<ListedRow, 'difference'>[],
  { folder, runs, baseline }: BaselineWish,
): Promise<ListedRow[]> {
  if (baseline === undefined) return rows.map((one) => ({ ...one, difference: undefined }));
  const { dir } = resolveRun(io, baseline, folder);
  const best = (one: RunSummary) => ({ dir: one.dir, epoch: one.status?.progress?.best?.epoch });
  const base = runs.find((one) => one.dir === dir);
  if (!base) throw badInput(`--baseline ${baseline}: is not a run of ${folder}`);
  const others = rows.map(({ summary }) => summary).filter((one) => one.dir !== dir);
  // The statistics are loaded by who asks for them: a plain list would pay for them too.
  const { listedDifferences } = await import('../../engine/compare/listed-baseline');
  const found = await listedDifferences(best(base), others.map(best));
  const differenceOf = ({ summary }: Omit<ListedRow, 'difference'>): ListedRow['difference'] => {
    if (summary.dir === dir) return 'baseline';
    return hasOtherTask(base, summary) ? 'another task' : found.get(summary.dir);
  };
  return rows.map((one) => ({ ...one, difference: differenceOf(one) }));
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
