import type { Sections } from '../../src/protocol/view/types';
import { t } from '../base/strings';
import { type Act, drawHeader, drawSentences, drawTiles } from './header';
import type { Page } from './page';
import { drawCheckpoints, drawClasses, drawLog, drawSettings } from './tables';

type Drawers = { readonly [K in keyof Sections]: (section: Sections[K]) => void };

/** Draws the sections that changed since the last call. */
export function createSections(page: Page, act: Act): (sections: Partial<Sections>) => void {
  let shown: Partial<Sections> = {};
  const drawers: Drawers = {
    header: (header) => drawHeader(page.header, header, act),
    sentences: (sentences) => drawSentences(page.sentences, sentences),
    tiles: (tiles) => drawTiles(page.tiles, tiles),
    checkpoints: (rows) => drawCheckpoints(page.checkpoints, rows, act),
    classes: (rows) => drawClasses(page.classes, rows),
    settings: (rows) => {
      drawSettings(page.settings, rows);
      page.changed.textContent = changedNote(rows);
    },
    log: (rows) => drawLog(page.log, rows),
  };
  const drawOne = <K extends keyof Sections>(name: K, section: Sections[K] | undefined): void => {
    if (section !== undefined && section !== shown[name]) drawers[name](section);
  };
  return (sections) => {
    for (const name of Object.keys(drawers) as (keyof Sections)[]) drawOne(name, sections[name]);
    shown = sections;
  };
}

function changedNote(rows: Sections['settings']): string {
  const changed = rows.filter((s) => s.changed).length;
  return changed === 0 ? '' : ` ${t('{0} changed', changed)}`;
}
