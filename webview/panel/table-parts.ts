import { h } from '../base/dom';

/** `rank` says how long a column stays when the page gets narrow: `wide` columns go first, `middle` ones next. */
export type Rank = 'wide' | 'middle';
/** `beside`: after the label. */
export type SortableColumn = {
  readonly label: string;
  readonly number?: boolean;
  readonly rank?: Rank;
  readonly beside?: HTMLElement;
};

export function table(
  label: string,
  columns: readonly SortableColumn[],
  rows: readonly HTMLElement[],
): HTMLElement {
  const heads = columns.map((c) =>
    h('th', { scope: 'col', class: classes(c.number && 'n', c.rank) }, c.label, c.beside),
  );
  return h('table', { 'aria-label': label }, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows));
}

export const number = (text: string, rank?: Rank): HTMLElement =>
  h('td', { class: classes('n', rank) }, text);

const classes = (...names: readonly (string | false | undefined)[]): string | undefined =>
  names.filter(Boolean).join(' ') || undefined;

export const empty = (text: string): HTMLElement => h('p', { class: 'empty' }, text);
