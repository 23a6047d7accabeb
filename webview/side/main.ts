import './side.css';
import type { ActionView, HeaderView, Sections, TileView } from '../../src/protocol/view/types';
import type { ViewUpdate } from '../../src/protocol/webview';
import { byId, h, keyed, svg } from '../base/dom';
import { connectHost } from '../base/host';
import { t } from '../base/strings';
import { button, registerControls } from '../controls/toolkit';
import { applyUpdate, emptyModel, type PageModel } from '../state/model';
import { sparkPath } from './spark';

// The Metrics view: the numbers of the current run at a glance, each with its recent past.

const host = connectHost(receive);
const open = (): void => void host.request('open', { axis: 'epoch', smoothing: 0.9, charts: {} });
let model: PageModel = emptyModel;

registerControls();
open();

function receive(update: ViewUpdate): void {
  const next = applyUpdate(model, update);
  if (next === undefined) {
    open();
    return;
  }
  model = next;
  draw(byId('app'), model.sections);
}

function draw(root: HTMLElement, { header, tiles, sentences }: Partial<Sections>): void {
  document.body.classList.toggle('ready', header !== undefined);
  if (!header) return;
  keyed(root, JSON.stringify([header, tiles, sentences]), () => [
    head(header),
    ...(sentences ?? []).slice(0, 1).map(({ text, tone }) => h('p', { class: `sentence ${tone}` }, text)),
    ...(tiles ?? []).map(tile),
    h('div', { class: 'actions' }, ...header.actions.map(actionButton), dashboardButton(header)),
  ]);
}

function head(header: HeaderView): HTMLElement {
  const fill = h('div', { class: `fill ${header.tone}` });
  fill.style.width = `${((header.progress ?? 0) * 100).toFixed(1)}%`;
  return h(
    'header',
    {},
    h(
      'div',
      { class: 'line' },
      h('h1', { title: header.name }, header.name),
      h(
        'span',
        { class: `state ${header.tone}` },
        h('i', { class: 'dot', 'aria-hidden': 'true' }),
        header.stateLabel,
      ),
    ),
    h('div', { class: 'progress', 'aria-hidden': 'true' }, fill),
    h('p', { class: 'facts' }, header.facts.filter((_, i) => i !== 1).join('  ·  ')),
  );
}

function tile({ id, label, value, notes, spark }: TileView): HTMLElement {
  return h(
    'section',
    { class: 'tile', id: `tile-${id}` },
    h('div', { class: 'label' }, label),
    h('div', { class: 'line' }, h('div', { class: 'value' }, value), sparkline(id, label, spark)),
    ...notes.map(({ text, tone }) => h('div', { class: `note ${tone}` }, text)),
  );
}

function sparkline(id: string, label: string, values: readonly number[]): Node {
  const path = svg('path', { d: sparkPath(values, 100, 28), 'vector-effect': 'non-scaling-stroke' });
  const attributes = {
    class: `spark ${id}`,
    viewBox: '0 0 100 28',
    preserveAspectRatio: 'none',
    role: 'img',
  };
  return svg('svg', { ...attributes, 'aria-label': t('{0}, recent values', label) }, path);
}

function actionButton(action: ActionView): HTMLElement {
  const onClick = (): void => void host.request('act', { id: action.id });
  const kind = action.primary ? 'primary' : 'secondary';
  return button({ label: action.label, kind, onClick, focusKey: action.id });
}

function dashboardButton(header: HeaderView): HTMLElement | undefined {
  if (header.state === 'preview') return undefined;
  const onClick = (): void => void host.request('act', { id: 'dashboard' });
  return button({ label: t('Dashboard'), kind: 'secondary', onClick, focusKey: 'dashboard' });
}
