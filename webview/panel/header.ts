import { explainAction, TILE_TOPICS, type Topic } from '../../src/domain/display/statistics-page';
import type { ActionView, HeaderView, Sentence, TileView } from '../../src/protocol/dashboard/types';
import { childOf, h, icon, keyed, setAttributes, setText } from '../base/dom';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import { button } from '../controls/toolkit';

export type Act = (action: ActionView) => void;

/** Name, state, progress, time left, and the actions. */
export function drawHeader(root: HTMLElement, view: HeaderView, act: Act): void {
  // Each part by itself: a button that is made anew ten times a second cannot be clicked.
  const row = childOf(root, 'title-row', 'div');
  const title = childOf(row, 'name', 'h1');
  setText(title, view.name);
  title.title = view.name;
  const state = childOf(row, 'state', 'span');
  state.setAttribute('role', 'status');
  state.hidden = view.stateLabel === '';
  state.className = `state ${view.tone}`;
  keyed(state, view.stateLabel, () => [h('i', { class: 'dot', 'aria-hidden': 'true' }), view.stateLabel]);
  setText(childOf(row, 'facts', 'span'), facts(view));
  const actions = childOf(row, 'actions', 'span');
  keyed(actions, JSON.stringify(view.actions), () => view.actions.map((action) => actionButton(action, act)));
  drawProgress(childOf(root, 'progress', 'div'), view);
}

const facts = (view: HeaderView): string =>
  [...view.facts, view.device].filter((fact) => fact !== '').join('  ·  ');

function actionButton(action: ActionView, act: Act): HTMLElement {
  const common = { label: action.label, onClick: () => act(action), focusKey: `action-${action.id}` };
  if (action.icon !== undefined) return toolButton({ ...common, icon: action.icon });
  return button({ ...common, kind: action.primary ? 'primary' : 'secondary' });
}

/** Without a run of its own it is only the line under the header. */
function setPlain(element: HTMLElement): void {
  for (const name of element.getAttributeNames().filter((one) => one === 'role' || one.startsWith('aria-')))
    element.removeAttribute(name);
}

function drawProgress(element: HTMLElement, view: HeaderView): void {
  const share = view.progress ?? 0;
  if (view.progress === undefined) setPlain(element);
  else
    setAttributes(element, {
      role: 'progressbar',
      'aria-label': t('Progress of the run'),
      'aria-valuemin': '0',
      'aria-valuemax': '100',
      'aria-valuenow': String(Math.round(share * 100)),
    });
  const fill = childOf(element, 'fill', 'div');
  fill.className = `fill ${view.tone}`;
  fill.style.width = `${(share * 100).toFixed(2)}%`;
}

const TONE_ICONS = { bad: 'error', warning: 'warning', good: 'pass', live: 'info', quiet: 'info' } as const;

export function drawSentences(root: HTMLElement, sentences: readonly Sentence[], act: Act): void {
  root.hidden = sentences.length === 0;
  keyed(root, JSON.stringify(sentences), () =>
    sentences.map(({ text, tone, action, topic }, i) =>
      h(
        'p',
        { class: `sentence ${tone}` },
        icon(TONE_ICONS[tone]),
        h('span', {}, text),
        action && actionButton(action, act),
        topic && explainButton({ topic, at: `sentence-${i}` }, act),
      ),
    ),
  );
}

export function drawTiles(root: HTMLElement, tiles: readonly TileView[], act: Act): void {
  keyed(root, JSON.stringify(tiles.map(({ spark: _, ...tile }) => tile)), () =>
    tiles.map((tile) => tileElement(tile, act)),
  );
}

function tileElement({ id, label, value, notes }: TileView, act: Act): HTMLElement {
  const topic = TILE_TOPICS[id];
  return h(
    'div',
    { class: 'tile', id: `tile-${id}` },
    h('div', { class: 'label' }, label, ...(topic ? [explainButton({ topic, at: id }, act)] : [])),
    h('div', { class: 'value' }, value),
    ...notes.map(({ text, tone, topic: ofNote }, i) =>
      h(
        'div',
        { class: `note ${tone}` },
        text,
        ofNote && explainButton({ topic: ofNote, at: `${id}-${i}` }, act),
      ),
    ),
  );
}

/** Opens what a verdict means, how it was checked and what it does not cover. */
export function explainButton({ topic, at }: { topic: Topic; at: string }, act: Act): HTMLElement {
  const label = t('What this means, and how it was checked');
  const onClick = (): void => act({ id: explainAction(topic), label });
  return toolButton({ icon: 'question', label, onClick, focusKey: `explain-${at}` });
}
