import { byId, h } from '../base/dom';
import { t } from '../base/strings';
import { tabs } from '../controls/toolkit';

const PARTS = ['header', 'sentences', 'tiles', 'toolbar', 'charts', 'tabs'] as const;
const DETAILS = ['checkpoints', 'classes', 'curves', 'gallery', 'settings', 'log'] as const;
export type Part = (typeof PARTS)[number] | (typeof DETAILS)[number] | 'settingsTitle' | 'changed';
export type Page = Readonly<Record<Part, HTMLElement>>;

/** The empty page: one element for each section. */
export function buildPage(): Page {
  const outer = PARTS.map(
    (name) => [name, h(name === 'header' ? 'header' : 'section', { class: name })] as const,
  );
  const inner = DETAILS.map((name) => [name, h('div', { class: `tab ${name}` })] as const);
  byId('app').replaceChildren(...outer.map(([, element]) => element));
  const labels = [
    ['settingsTitle', h('span', {}, t('Settings'))],
    ['changed', h('em', { class: 'changed' })],
  ] as const;
  return Object.fromEntries([...outer, ...inner, ...labels]) as Page;
}

export function buildTabs(page: Page, onSelect: (tab: string) => void): HTMLElement {
  const classes = h('div', { class: 'tab split' }, page.curves, page.classes);
  const settingsLabel = h('span', {}, page.settingsTitle, page.changed);
  const panels = tabs(
    t('Details'),
    [
      { id: 'checkpoints', label: t('Checkpoints'), view: page.checkpoints },
      { id: 'classes', label: t('Classes'), view: classes },
      { id: 'images', label: t('Worst images'), view: page.gallery },
      { id: 'settings', label: settingsLabel, view: page.settings },
      { id: 'log', label: t('Log'), view: page.log },
    ],
    onSelect,
  );
  page.tabs.append(panels);
  return panels;
}
