import { nearestName } from '../../base/suggest';
import { createTranslate } from '../../base/translate';
import { formatAgo, formatDuration } from '../../domain/display/duration';
import { formatRate } from '../../domain/display/format';
import { type Cell, cellText, type Row, type SortKey } from '../../domain/runs-table/row';
import { FACT_COLUMNS } from '../../run/run-row';
import { badInput } from '../failure';
import { score } from '../output/numbers';

const t = createTranslate();

/** Every column that any of the runs has. */
export function columnsOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set([...FACT_COLUMNS, ...rows.flatMap((row) => [...row.keys()])]);
}

/** `name,lr0,map`; throws one line for a name that no run has. */
export function readColumns(text: string, known: ReadonlySet<string>): string[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) requireColumn('--columns', name, known);
  return names;
}

/** `-map,name`: by map, highest first, then by name. */
export function readSort(text: string, known: ReadonlySet<string>): SortKey[] {
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

/** A value as a person reads it. */
export function shownCell(key: string, cell: Cell): string {
  if (typeof cell !== 'number') return cellText(cell);
  if (key === 'map') return score(cell);
  if (key === 'started') return formatAgo((Date.now() - cell) / 1000, t);
  if (key === 'hours') return formatDuration(cell * 3600, t);
  return Number.isInteger(cell) ? String(cell) : formatRate(cell);
}
