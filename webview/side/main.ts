import './side.css';
import type { ActionView, HeaderView, Sections, TileView } from '../../src/protocol/dashboard/types';
import type { ViewUpdate } from '../../src/protocol/webview';
import { byId, childOf, h, keyed, setText, svg } from '../base/dom';
import { connectHost } from '../base/host';
import { t } from '../base/strings';
import { button, registerControls } from '../controls/toolkit';
import { applyUpdate, emptyModel, type PageModel } from '../state/model';
import { sparkPath } from './spark';

// The Metrics view: the numbers of the current run at a glance, each with its recent past.

const host = connectHost(receive);
const open = (): void => void host.request('open', { axis: 'epoch', smoothing: 0.9, charts: {}, rows: 0 });
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
  drawHead(childOf(root, 'head', 'header'), header);
  const buttons =
    header.state === 'preview'
      ? emptyActions(header)
      : header.actions.filter(({ icon }) => icon === undefined);
  const actions = childOf(root, 'actions', 'div');
  actions.hidden = buttons.length === 0;
  keyed(actions, JSON.stringify(buttons), () => buttons.map(actionButton));
  const notes = childOf(root, 'notes', 'div');
  const [first] = sentences ?? [];
  keyed(notes, JSON.stringify(first), () =>
    first
      ? [h('p', { class: `sentence ${first.tone}` }, first.text), first.action && actionButton(first.action)]
      : [],
  );
  keyed(childOf(root, 'tiles', 'div'), JSON.stringify(tiles), () => (tiles ?? []).map(tile));
}

function drawHead(root: HTMLElement, header: HeaderView): void {
  const line = childOf(root, 'line', 'div');
  const isEmpty = header.state === 'preview';
  setText(childOf(line, 'name', 'h1'), isEmpty ? t('No run yet') : header.name);
  const state = childOf(line, 'state', 'span');
  state.hidden = isEmpty;
  state.className = `state ${header.tone}`;
  keyed(state, header.stateLabel, () => [h('i', { class: 'dot', 'aria-hidden': 'true' }), header.stateLabel]);
  const bar = childOf(root, 'progress', 'div');
  bar.hidden = isEmpty;
  const fill = childOf(bar, 'fill', 'div');
  fill.className = `fill ${header.tone}`;
  fill.style.width = `${((header.progress ?? 0) * 100).toFixed(1)}%`;
  const facts = header.facts.filter((_, i) => i !== 1).join('  ·  ');
  setText(
    childOf(root, 'facts', 'p'),
    isEmpty ? t('mAP, loss and learning rate of a run appear here.') : facts,
  );
}

/** Without a run: the two ways to get one. */
function emptyActions(header: HeaderView): ActionView[] {
  return [...header.actions, { id: 'newExample', label: t('New Example Experiment') }];
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
