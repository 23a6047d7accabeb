import { shownText } from './terminal-text';

/** One column: its title and the alignment of its cells. */
export type TableColumn = { readonly title: string; readonly align?: 'left' | 'right' };

/** Lines of a table whose columns are as wide as their widest cell; no ruling, two spaces between columns. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => pad(cell, widths[i], columns[i].align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)];
}

export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
}

// East Asian wide and fullwidth letters take two cells (Unicode TR11).
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Cells that a text takes in a terminal. */
export function displayWidth(text: string): number {
  const plain = shownText(text);
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}
