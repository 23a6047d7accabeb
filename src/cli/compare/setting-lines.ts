import path from 'node:path';
import type { Differences } from '../../engine/compare/compare-many';
import type { DifferingSetting } from '../../run/settings-of';
import { formatTable } from '../output/table';

/** A name for each column: A, B, C ... */
export const letterOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** What distinguishes how runs were made, a row each. */
export function differenceLines({ settings, environment }: Differences): string[] {
  return [...table('settings', settings), ...table('environment', environment)];
}

function table(title: string, rows: readonly DifferingSetting[]): string[] {
  if (rows.length === 0) return ['', `${title}: the same`];
  const letters = rows[0].values.map((_, i) => ({ title: letterOf(i) }));
  const cells = rows.map(({ key, values }) => [key, ...values.map((value) => shortened(value ?? '-'))]);
  return ['', ...formatTable([{ title }, ...letters], cells)];
}

const MOST_LETTERS = 40;

/** The end of a path distinguishes it from others. */
function shortened(value: string): string {
  const text = path.isAbsolute(value) ? value.split(/[/\\]/).slice(-2).join('/') : value;
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}
