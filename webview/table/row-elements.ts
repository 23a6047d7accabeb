import { formatMetric } from '../../src/domain/display/format';
import { cellText, type SortKey } from '../../src/domain/runs-table/row';
import type { TableDifference } from '../../src/protocol/runs-table/messages';
import { h } from '../base/dom';
import { t } from '../base/strings';
import type { PageRow } from '../state/table-view';
import { type TableItem, type TableView, titleOf } from '../state/table-view';
import { columnLabel, differenceCells, td, textOf } from './cells';

/** Pixels, as in the style sheet: rows out of sight are not made, so every row has the same height. */
export const ROW_HEIGHT = 26;

export type ShownTable = {
  readonly view: TableView;
  readonly sort: readonly SortKey[];
  readonly selected: ReadonlySet<string>;
  /** Folder -> its difference; undefined if there is no baseline. */
  readonly differences: ReadonlyMap<string, TableDifference | 'baseline'> | undefined;
};

/** A row to be: the same key makes the same row. */
export type MadeRow = { readonly key: string; readonly make: () => HTMLElement };

export const rowOf = (item: TableItem, shown: ShownTable): MadeRow =>
  item.kind === 'group' ? groupRow(item) : runRow(item.run, shown);

export const spacer = (): HTMLElement => h('tr', { class: 'spacer', 'aria-hidden': 'true' });

export function sizeSpacer(row: HTMLElement, rows: number): void {
  row.style.height = `${rows * ROW_HEIGHT}px`;
}

function groupRow({ key, value, count, best }: Extract<TableItem, { kind: 'group' }>): MadeRow {
  const parts = [
    `${columnLabel(key)} ${value === '' ? '–' : value}`,
    count === 1 ? t('1 run') : t('{0} runs', count),
    ...(best === undefined ? [] : [t('best {0}', formatMetric(best))]),
  ];
  const text = parts.join('  ·  ');
  const make = (): HTMLElement =>
    h('tr', { class: 'row group' }, h('td', { colspan: '100' }, h('span', {}, text)));
  return { key: text, make };
}

function runRow(run: PageRow, { view, selected, differences }: ShownTable): MadeRow {
  const isPicked = selected.has(run.dir);
  const texts = view.columns.map((key) => textOf(run, key));
  const difference = differences?.get(run.dir);
  const name = cellText(titleOf(run));
  const key = JSON.stringify([
    run.dir,
    name,
    isPicked,
    run.tone,
    texts,
    view.columns,
    differences && (difference ?? 0),
  ]);
  const make = (): HTMLElement => {
    const cells = texts.map((text, i) => {
      const isNumber = typeof run.row.get(view.columns[i]) === 'number';
      return td(view.columns[i] === 'state' ? `state ${run.tone}` : isNumber ? 'n' : '', text);
    });
    return h(
      'tr',
      { class: 'row', 'aria-selected': String(isPicked), 'data-dir': run.dir },
      h('td', { class: 'pick' }, pickBox(isPicked, name)),
      nameCell(run, name),
      // What decides comes first.
      ...(differences ? differenceCells(difference) : []),
      ...cells,
    );
  };
  return { key, make };
}

/** The row itself is operated by keys; the box shows what they did, and takes the mouse. */
function pickBox(isPicked: boolean, name: string): HTMLElement {
  const box = h('input', {
    type: 'checkbox',
    tabindex: '-1',
    'aria-label': t('Select {0}', name),
  }) as HTMLInputElement;
  box.checked = isPicked;
  return box;
}

function nameCell({ row, tone, state }: PageRow, name: string): HTMLElement {
  const folder = cellText(row.get('name'));
  const second = folder === name ? undefined : h('span', { class: 'quiet' }, `  ${folder}`);
  return h(
    'th',
    { scope: 'row', title: folder === name ? name : `${name} (${folder})` },
    h('i', { class: `dot ${tone}`, title: state, 'aria-hidden': 'true' }),
    h('button', { type: 'button', class: 'open', tabindex: '-1' }, ...nameParts(name)),
    second,
  );
}

/** A name that is too long for its column keeps its number. */
function nameParts(name: string): HTMLElement[] {
  const [tail = ''] = /[-_ .]?\d+$/.exec(name) ?? [];
  const head = name.slice(0, name.length - tail.length);
  return [h('span', { class: 'head' }, head), h('span', { class: 'tail' }, tail)];
}
