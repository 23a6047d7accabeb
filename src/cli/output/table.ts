import { shownText } from './terminal-text';

/** One column: its title and the alignment of its cells. */
export type TableColumn = { readonly title: string; readonly align?: 'left' | 'right' };

/**
 * Lines of a table whose columns are as wide as their widest cell; no ruling, two spaces between columns. A longer text, as the
 * name of a class can be, loses its middle; remarks, in a last column without a title, are whole.
 */
export function formatTable(
  heads: readonly TableColumn[],
  allRows: readonly (readonly string[])[],
): string[] {
  const columns = heads.map((column) => ({ ...column, title: cut(column.title) }));
  const hasRemarks = heads.at(-1)?.title === '';
  const isWhole = (i: number): boolean => hasRemarks && i === heads.length - 1;
  const rows = allRows.map((cells) => cells.map((cell, i) => (isWhole(i) ? cell : cut(cell))));
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

const WIDEST = 60;
const END_WIDTH = 15;

/** Of its own styles nothing is left then: what is cut is not what was styled. */
export function cut(text: string): string {
  if (displayWidth(text) <= WIDEST) return text;
  const letters = Array.from(shownText(text));
  const end = upTo(letters.toReversed(), END_WIDTH).reverse().join('');
  return `${upTo(letters, WIDEST - END_WIDTH - 1).join('')}…${end}`;
}

/** As many of the first letters as there is room for. */
function upTo(letters: readonly string[], width: number): string[] {
  let taken = 0;
  const end = letters.findIndex((letter) => {
    taken += displayWidth(letter);
    return taken > width;
  });
  return letters.slice(0, end);
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
