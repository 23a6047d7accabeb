import type { Sections } from '../../src/protocol/dashboard/types';
import { setText } from '../base/dom';
import { t } from '../base/strings';
import { renameTab } from '../controls/toolkit';
import { drawHeader, drawSentences, drawTiles } from './header';
import type { Page } from './page';
import { type CheckpointActions, drawCheckpoints, drawLog } from './tables';
import { drawClasses, drawSettings } from './value-tables';

type Drawers = { readonly [K in keyof Sections]: (section: Sections[K], all: Partial<Sections>) => void };

/** Draws the sections that changed since the last call. */
export function createSections(
  page: Page,
  actions: CheckpointActions,
): (sections: Partial<Sections>) => void {
  let shown: Partial<Sections> = {};
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
  const drawOne = <K extends keyof Sections>(
    name: K,
    section: Sections[K] | undefined,
    all: Partial<Sections>,
  ): void => {
    if (section !== undefined && section !== shown[name]) drawers[name](section, all);
  };
  return (sections) => {
    for (const name of Object.keys(drawers) as (keyof Sections)[]) drawOne(name, sections[name], sections);
    shown = sections;
  };
}

function changedNote(rows: Sections['settings']): string {
  const changed = rows.filter((s) => s.changed).length;
  return changed === 0 ? '' : t('{0} changed', changed);
}
