import { formatValue } from '../../src/domain/display/format';
import { h, keyed, setText } from '../base/dom';
import { oneTabStop } from '../base/roving-focus';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import type { Plot } from '../state/model';
import { type ChartSwitch, isShown, type Preferences } from '../state/preferences';
import { createChart, type DrawnChart } from './chartjs';
import { type ChartTheme, chartSpec, STYLES, someRows, tableOf, xKindOf } from './spec';
import { describeX, formatX } from './ticks';
import { type AxisRange, dragToZoom, rangeAfterKey } from './zoom';

export type CardActions = {
  readonly onToggleSeries: (chart: string, series: { label: string; optional?: boolean }) => void;
  readonly onToggle: (what: ChartSwitch, chart: string) => void;
  readonly onZoom: (range: AxisRange | undefined) => void;
  readonly onPoint: (x: number | undefined) => void;
  readonly onCopyCsv: (chart: string) => void;
  readonly onCopyPng: (chart: string) => void;
  /** Into a file, as a table or a picture. */
  readonly onSave?: (chart: string) => void;
};

export type Appearance = { readonly preferences: Preferences; readonly theme: ChartTheme };

/** One chart with its caption, legend, tools and table alternative. */
export type ChartCard = {
  readonly element: HTMLElement;
  draw(plot: Plot, appearance: Appearance): void;
  point(x: number | undefined): void;
  toPng(): Promise<Blob | null>;
  toSvg(): string | undefined;
};

export function createCard(id: string, actions: CardActions): ChartCard {
  const parts = buildParts(id, actions);
  let drawn: DrawnChart | undefined;
  let shown: Plot | undefined;

  dragToZoom({
    surface: parts.surface,
    selection: parts.selection,
    xAt: (pixel) => drawn?.xAt(pixel) ?? 0,
    onZoom: (range) => actions.onZoom(range),
  });
  parts.surface.addEventListener('dblclick', () => actions.onZoom(undefined));
  parts.surface.addEventListener('pointermove', (event) => {
    const x = drawn?.xAt(event.clientX - parts.surface.getBoundingClientRect().left);
    actions.onPoint(x);
  });
  parts.surface.addEventListener('pointerleave', () => actions.onPoint(undefined));
  parts.surface.addEventListener('keydown', (event) => {
    const range = shown && rangeAfterKey(event.key, shown);
    if (range === undefined) return;
    event.preventDefault();
    actions.onZoom(range === 'all' ? undefined : range);
  });
  return {
    element: parts.figure,
    draw(plot, appearance) {
      shown = plot;
      describe(parts, plot, appearance, actions);
      const isTable = appearance.preferences.table[id] === true;
      parts.surface.hidden = isTable || plot.empty !== undefined;
      parts.table.hidden = !isTable;
      parts.tools.show(plot, appearance.preferences);
      if (isTable) parts.table.replaceChildren(plotTable(plot, appearance.preferences));
      if (parts.surface.hidden) return;
      const spec = chartSpec(plot, appearance.preferences, appearance.theme);
      if (drawn) drawn.draw(spec);
      else drawn = createChart(parts.canvas, spec, { epoch: t('epoch'), step: t('step') });
    },
    point: (x) => drawn?.point(x),
    toPng: () => drawn?.toPng() ?? Promise.resolve(null),
    toSvg: () => drawn?.toSvg(),
  };
}

type CardParts = ReturnType<typeof buildParts>;

function buildParts(id: string, actions: CardActions) {
  const canvas = document.createElement('canvas');
  const selection = h('div', { class: 'selection', hidden: true });
  const surface = h(
    'div',
    { class: 'surface', tabindex: '0', role: 'img', 'aria-label': t('Chart'), 'data-chart': id },
    canvas,
    selection,
  );
  const title = h('span', { class: 'chart-title' });
  const legend = h('span', { class: 'legend', role: 'toolbar', 'aria-label': t('Lines of the chart') });
  oneTabStop(legend);
  const empty = h('p', { class: 'empty', hidden: true });
  const table = h('div', { class: 'chart-table', hidden: true });
  const tools = createTools(id, actions);
  const caption = h('figcaption', {}, title, legend, tools.element);
  const figure = h('figure', { class: 'chart', id: `chart-${id}` }, caption, surface, table, empty);
  return { figure, canvas, surface, selection, title, legend, empty, table, tools };
}

function createTools(id: string, actions: CardActions) {
  const tool = (icon: string, label: string, onClick: () => void, focus: string): HTMLElement =>
    toolButton({ icon, label, onClick, focusKey: `${focus}-${id}` });
  const { onSave } = actions;
  const log = tool('graph-line', t('Logarithmic y axis'), () => actions.onToggle('logY', id), 'log');
  const table = tool('table', t('Show as table'), () => actions.onToggle('table', id), 'table');
  const whole = tool('unfold', t('From 0 to 1'), () => actions.onToggle('wholeY', id), 'whole');
  const element = h(
    'span',
    { class: 'tools', role: 'toolbar', 'aria-label': t('Chart tools') },
    whole,
    log,
    table,
    tool('device-camera', t('Copy as PNG'), () => actions.onCopyPng(id), 'png'),
    tool('copy', t('Copy as CSV'), () => actions.onCopyCsv(id), 'csv'),
    ...(onSave ? [tool('save', t('Save as CSV, PNG or SVG'), () => onSave(id), 'save')] : []),
  );
  oneTabStop(element);
  const switches = { logY: log, table, wholeY: whole } as const;
  return {
    element,
    show(plot: Plot, preferences: Preferences): void {
      for (const [name, control] of Object.entries(switches)) {
        const isOn = preferences[name as ChartSwitch][id] === true;
        control.setAttribute('aria-pressed', String(isOn));
      }
      whole.hidden = plot.unit !== 'share' || id === 'curves';
    },
  };
}

function describe(parts: CardParts, plot: Plot, appearance: Appearance, actions: CardActions): void {
  setText(parts.title, plot.title);
  parts.empty.hidden = plot.empty === undefined;
  setText(parts.empty, plot.empty ?? '');
  parts.surface.setAttribute(
    'aria-label',
    `${plot.title}, ${rangeText(plot, appearance.preferences)}. ${plot.summary}`,
  );
  const entries = legendEntries(plot);
  const key = JSON.stringify([entries, appearance.preferences.shown[plot.id], appearance.theme.colours]);
  parts.legend.hidden = entries.length === 0;
  keyed(parts.legend, key, () => entries.map((entry) => legendButton(plot, entry, appearance, actions)));
}

/** What part of the run the chart shows, for those who cannot see its axis. */
function rangeText(plot: Plot, preferences: Preferences): string {
  const kind = xKindOf(plot, preferences);
  const words = { epoch: t('epoch'), step: t('step') };
  return `${describeX(plot.from, kind, words)} – ${describeX(plot.to, kind, words)}`;
}

type LegendEntry = Pick<Plot['series'][number], 'label' | 'role' | 'colour' | 'optional'>;

/** One entry a label; a raw line goes with its average. */
function legendEntries(plot: Plot): LegendEntry[] {
  const byLabel = new Map<string, LegendEntry>();
  for (const { label, role, colour, optional } of plot.series) {
    if (role !== 'raw' && role !== 'best') byLabel.set(label, { label, role, colour, optional });
  }
  return byLabel.size < 2 ? [] : [...byLabel.values()];
}

function legendButton(
  plot: Plot,
  entry: LegendEntry,
  appearance: Appearance,
  actions: CardActions,
): HTMLElement {
  const isOn = isShown(appearance.preferences, plot.id, entry);
  const swatch = h('i', { class: `swatch ${entry.role}`, 'aria-hidden': 'true' });
  swatch.style.setProperty('--swatch', appearance.theme.colours[entry.colour]);
  swatch.style.setProperty('--dash', STYLES[entry.role].dash.length > 0 ? 'dashed' : 'solid');
  const element = h(
    'button',
    {
      type: 'button',
      class: 'legend-entry',
      'aria-pressed': String(isOn),
      'data-focus': `${plot.id}-${entry.label}`,
    },
    swatch,
    entry.label,
  );
  element.addEventListener('click', () => actions.onToggleSeries(plot.id, entry));
  return element;
}

function axisLabel(preferences: Preferences): string {
  return { step: t('step'), epoch: t('epoch'), time: t('seconds') }[preferences.axis];
}

/** The same numbers for those who do not see the chart. */
function plotTable(plot: Plot, preferences: Preferences): HTMLElement {
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
