import type { ClassRow, HeaderView, SettingRow } from '../../src/protocol/dashboard/types';
import { h, keyed } from '../base/dom';
import { t } from '../base/strings';

/** The names of two runs, if the page compares them. */
type ComparedWith = HeaderView['compared'];
type Heads = Partial<Pick<HeaderView, 'compared' | 'metrics'>>;

export function drawClasses(root: HTMLElement, rows: readonly ClassRow[], heads: Heads = {}): void {
  const { compared, metrics = ['mAP50-95', 'mAP50'] } = heads;
  keyed(root, JSON.stringify([rows, metrics]), () => {
    if (rows.length === 0) return [empty(t('Classes appear here after the first validation.'))];
    const columns = compared ? comparedColumns(compared, metrics[0]) : classColumns(metrics);
    const make = compared ? comparedRow : classRow;
    return [table(t('Classes'), columns, rows.map(make))];
  });
}

function classColumns([map, map50]: HeaderView['metrics']): SortableColumn[] {
  return [
    { label: t('class') },
    { label: t('labels'), number: true },
    { label: t('precision'), number: true, rank: 'middle' },
    { label: t('recall'), number: true, rank: 'middle' },
    { label: map50, number: true },
    { label: map, number: true },
    { label: '', rank: 'wide' },
  ];
}

function comparedColumns([first, second]: readonly [string, string], metric: string): SortableColumn[] {
  return [
    { label: t('class') },
    { label: t('labels'), number: true },
    { label: t('{0} of {1}', metric, first), number: true },
    { label: t('{0} of {1}', metric, second), number: true },
    { label: t('difference'), number: true },
    { label: '', rank: 'wide' },
  ];
}

function classRow(row: ClassRow): HTMLElement {
  const numbers = [
    number(row.labels),
    number(row.precision, 'middle'),
    number(row.recall, 'middle'),
    number(row.ap50),
    number(row.ap),
  ];
  return h('tr', {}, h('th', { scope: 'row' }, row.name), ...numbers, barCell(row.share));
}

function comparedRow(row: ClassRow): HTMLElement {
  const numbers = [row.labels, row.ap50, row.ap, row.difference ?? ''].map((text) => number(text));
  return h('tr', {}, h('th', { scope: 'row' }, row.name), ...numbers, barCell(row.share));
}

function barCell(share: number): HTMLElement {
  const bar = h('i', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return h('td', { class: 'bar-cell wide' }, bar);
}

export function drawSettings(root: HTMLElement, rows: readonly SettingRow[], compared: ComparedWith): void {
  keyed(root, JSON.stringify(rows), () => {
    if (rows.length === 0) return [empty(noSettings(compared))];
    const columns = compared ? compared : [t('asked for'), t('in force')];
    const heads = [t('setting'), ...columns, ...(compared ? [] : [t('why')])];
    const make = (row: SettingRow): HTMLElement => settingRow(row, compared !== undefined);
    return [
      table(
        t('Settings'),
        heads.map((label) => ({ label })),
        rows.map(make),
      ),
    ];
  });
}

function noSettings(compared: ComparedWith): string {
  return compared
    ? t('Both runs have the same settings.')
    : t('The settings that the trainer really uses appear here.');
}

function settingRow(row: SettingRow, isCompared: boolean): HTMLElement {
  const isNoted = row.changed && !isCompared;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('code', {}, row.key)),
    h('td', { class: 'text' }, row.requested),
    h('td', { class: isNoted ? 'text warning' : 'text' }, row.effective),
    // Of two runs there is nothing to explain.
    ...(isCompared ? [] : [h('td', { class: 'text quiet row-end' }, row.reason)]),
  );
}

/** `rank` says how long a column stays when the page gets narrow: `wide` columns go first, `middle` ones next. */
type Rank = 'wide' | 'middle';
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
