import { formatValue } from '../../src/domain/display/format';
import { h } from '../base/dom';
import { t } from '../base/strings';
import type { Plot } from '../state/model';
import type { Preferences } from '../state/preferences';
import { someRows, tableOf } from './table';
import { formatX } from './ticks';

export function axisLabel(preferences: Preferences): string {
  return { step: t('step'), epoch: t('epoch'), time: t('seconds') }[preferences.axis];
}

/** The same numbers for those who do not see the chart. */
export function plotTable(plot: Plot, preferences: Preferences): HTMLElement {
  const { head, rows } = someRows(tableOf(plot, preferences, axisLabel(preferences)));
  const cell = (value: number, column: number): HTMLElement =>
    h(
      'td',
      { class: 'n' },
      column === 0 ? formatX(value, preferences.axis) : Number.isNaN(value) ? '' : formatValue(value),
    );
  return h(
    'table',
    { 'aria-label': plot.title },
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col', class: 'n' }, name)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map(cell)))),
  );
}
