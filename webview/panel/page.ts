import { byId, h } from '../base/dom';
import { t } from '../base/strings';
import { tabs } from '../controls/toolkit';

const PARTS = ['header', 'tabs'] as const;
const OVERVIEW = ['sentences', 'tiles', 'toolbar', 'charts'] as const;
const DETAILS = ['checkpoints', 'classes', 'curves', 'gallery', 'settings', 'log'] as const;
export type PagePart =
  | (typeof PARTS)[number]
  | (typeof OVERVIEW)[number]
  | (typeof DETAILS)[number]
  | 'settingsTitle'
  | 'changed';
export type Page = Readonly<Record<PagePart, HTMLElement>>;

/** The empty page: one element for each section. */
export function buildPage(): Page {
  const outer = PARTS.map(
    (name) => [name, h(name === 'header' ? 'header' : 'section', { class: name })] as const,
  );
  const inner = DETAILS.map((name) => [name, h('div', { class: `tab ${name}` })] as const);
  const overview = OVERVIEW.map((name) => [name, h('section', { class: name })] as const);
  byId('app').replaceChildren(...outer.map(([, element]) => element));
  const labels = [
    ['settingsTitle', h('span', {}, t('Settings'))],
    ['changed', h('em', { class: 'changed' })],
  ] as const;
  return Object.fromEntries([...outer, ...overview, ...inner, ...labels]) as Page;
}

export function buildTabs(page: Page, onSelect: (tab: string) => void): HTMLElement {
  const overview = h('div', { class: 'overview' }, page.sentences, page.tiles, page.toolbar, page.charts);
  const classes = h('div', { class: 'tab split' }, page.curves, page.classes);
  const settingsLabel = h('span', {}, page.settingsTitle, ' ', page.changed);
  const panels = tabs(
    t('Views of the run'),
    [
      { id: 'overview', label: t('Overview'), view: overview },
      { id: 'checkpoints', label: t('Checkpoints'), view: page.checkpoints },
      { id: 'classes', label: t('Classes'), view: classes },
      { id: 'images', label: t('Images'), view: page.gallery },
      { id: 'settings', label: settingsLabel, view: page.settings },
      { id: 'log', label: t('Log'), view: page.log },
    ],
    onSelect,
  );
  page.tabs.append(panels);
  return panels;
}
