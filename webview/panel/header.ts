import type { ActionView, HeaderView, Sentence, TileView } from '../../src/protocol/view/types';
import { h, icon, keyed } from '../base/dom';
import { t } from '../base/strings';
import { button } from '../controls/toolkit';

export type Act = (action: ActionView) => void;

/** Name, state, how far, how long, and what can be done about it. */
export function drawHeader(root: HTMLElement, view: HeaderView, act: Act): void {
  keyed(root, JSON.stringify(view), () => [
    h(
      'div',
      { class: 'title-row' },
      h('h1', { title: view.name }, view.name),
      h(
        'span',
        { class: `state ${view.tone}`, role: 'status' },
        h('i', { class: 'dot', 'aria-hidden': 'true' }),
        view.stateLabel,
      ),
      h('span', { class: 'facts' }, facts(view)),
      h('span', { class: 'actions' }, ...view.actions.map((action) => actionButton(action, act))),
    ),
    progress(view),
  ]);
}

const facts = (view: HeaderView): string =>
  [...view.facts, view.device].filter((fact) => fact !== '').join('  ·  ');

function actionButton(action: ActionView, act: Act): HTMLElement {
  return button({
    label: action.label,
    kind: action.primary ? 'primary' : 'secondary',
    onClick: () => act(action),
    focusKey: `action-${action.id}`,
  });
}

function progress(view: HeaderView): HTMLElement {
  const share = view.progress ?? 0;
  const bar = h('div', { class: `fill ${view.tone}` });
  bar.style.width = `${(share * 100).toFixed(2)}%`;
  return h(
    'div',
    {
      class: 'progress',
      role: 'progressbar',
      'aria-label': t('Progress of the run'),
      'aria-valuemin': '0',
      'aria-valuemax': '100',
      'aria-valuenow': String(Math.round(share * 100)),
    },
    bar,
  );
}

const TONE_ICONS = { bad: 'error', warning: 'warning', good: 'pass', live: 'info', quiet: 'info' } as const;

export function drawSentences(root: HTMLElement, sentences: readonly Sentence[]): void {
  root.hidden = sentences.length === 0;
  keyed(root, JSON.stringify(sentences), () =>
    sentences.map(({ text, tone }) => h('p', { class: `sentence ${tone}` }, icon(TONE_ICONS[tone]), text)),
  );
}

export function drawTiles(root: HTMLElement, tiles: readonly TileView[]): void {
  keyed(root, JSON.stringify(tiles.map(({ spark: _, ...tile }) => tile)), () => tiles.map(tileElement));
}

function tileElement({ id, label, value, notes }: TileView): HTMLElement {
  return h(
    'div',
    { class: 'tile', id: `tile-${id}` },
    h('div', { class: 'label' }, label),
    h('div', { class: 'value' }, value),
    ...notes.map(({ text, tone }) => h('div', { class: `note ${tone}` }, text)),
  );
}
