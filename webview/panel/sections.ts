import type { Sections } from '../../src/protocol/view/types';
import { t } from '../base/strings';
import { type Act, drawHeader, drawSentences, drawTiles } from './header';
import type { Page } from './page';
import { drawCheckpoints, drawClasses, drawLog, drawSettings } from './tables';

const NOTHING: Omit<Sections, 'header'> = {
  sentences: [],
  tiles: [],
  checkpoints: [],
  classes: [],
  settings: [],
  log: [],
};

/** Draws every section that is not a chart; those that did not change are left alone. */
export function drawSections(page: Page, sections: Partial<Sections>, act: Act): void {
  const { header, ...rest } = sections;
  const all = { ...NOTHING, ...rest };
  if (header) drawHeader(page.header, header, act);
  drawSentences(page.sentences, all.sentences);
  drawTiles(page.tiles, all.tiles);
  drawCheckpoints(page.checkpoints, all.checkpoints, act);
  drawClasses(page.classes, all.classes);
  drawSettings(page.settings, all.settings);
  drawLog(page.log, all.log);
  const changed = all.settings.filter((s) => s.changed).length;
  page.changed.textContent = changed === 0 ? '' : ` ${t('{0} changed', changed)}`;
}
