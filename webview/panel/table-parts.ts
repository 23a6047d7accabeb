import { h } from '../base/dom';

export type Column = { readonly label: string; readonly number?: boolean };

export function table(label: string, columns: readonly Column[], rows: readonly HTMLElement[]): HTMLElement {
  const heads = columns.map((c) => h('th', { scope: 'col', class: c.number ? 'n' : undefined }, c.label));
  return h('table', { 'aria-label': label }, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows));
}

export const number = (text: string): HTMLElement => h('td', { class: 'n' }, text);
export const empty = (text: string): HTMLElement => h('p', { class: 'empty' }, text);
