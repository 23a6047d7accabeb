import type { Sections } from '../../src/protocol/dashboard/types';
import { byId, h, setText } from '../base/dom';
import { t } from '../base/strings';
import { renameTab, tabs } from '../controls/toolkit';
import { drawHeader, drawSentences, drawTiles } from './header';
import { type CheckpointActions, drawCheckpoints, drawLog } from './tables';
import { drawClasses, drawSettings } from './value-tables';

const PARTS = ['header', 'tabs'] as const;
const OVERVIEW = ['sentences', 'tiles', 'toolbar', 'charts'] as const;
const DETAILS = ['checkpoints', 'classes', 'curves', 'breakdown', 'gallery', 'settings', 'log'] as const;
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
  const split = h('div', { class: 'split' }, page.curves, page.classes);
  const classes = h('div', { class: 'tab' }, split, page.breakdown);
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

type Drawers = { readonly [K in keyof Sections]: (section: Sections[K], all: Partial<Sections>) => void };

/** What only its own tab shows waits for that tab: a thousand hidden rows would cost a frame at each update. */
const TABS: Partial<Record<keyof Sections, string>> = {
  checkpoints: 'checkpoints',
  classes: 'classes',
  log: 'log',
};

/** Draws the sections that changed since they were drawn, and are in the page or the open tab. */
export function createSections(
  page: Page,
  actions: CheckpointActions,
): (sections: Partial<Sections>, tab: string | undefined) => void {
  const shown: Partial<Sections> = {};
  const drawers: Drawers = {
    header: (header) => drawHeader(page.header, header, actions.act),
    sentences: (sentences) => drawSentences(page.sentences, sentences, actions.act),
    tiles: (tiles) => drawTiles(page.tiles, tiles, actions.act),
    checkpoints: (rows, { header }) =>
      drawCheckpoints(page.checkpoints, rows, { ...actions, metrics: header?.metrics }),
    classes: (rows, { header }) => drawClasses(page.classes, rows, header),
    settings: (rows, { header }) => {
      drawSettings(page.settings, rows, header?.compared);
      setText(page.settingsTitle, header?.compared ? t('Differing settings') : t('Settings'));
      setText(page.changed, header?.compared ? '' : changedNote(rows));
      renameTab(page.changed);
    },
    log: (rows) => drawLog(page.log, rows),
  };
  const drawOne = <K extends keyof Sections>(name: K, all: Partial<Sections>): void => {
    const section = all[name];
    if (section === undefined || section === shown[name]) return;
    shown[name] = section;
    drawers[name](section, all);
  };
  return (sections, tab) => {
    for (const name of Object.keys(drawers) as (keyof Sections)[]) {
      const own = TABS[name];
      if (own === undefined || own === tab) drawOne(name, sections);
    }
  };
}

function changedNote(rows: Sections['settings']): string {
  const changed = rows.filter((s) => s.changed).length;
  return changed === 0 ? '' : t('{0} changed', changed);
}
