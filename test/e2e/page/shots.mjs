// Pictures of the pages on recorded data in a plain browser, for looking while developing. Usage: node shots.mjs [filter]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from '../chromium.mjs';
import { bundlePages, pageOf } from './bundle.mjs';
import { THEMES } from './themes.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const out = path.join(root, 'test/artifacts/pages');
mkdirSync(out, { recursive: true });

const bundles = await bundlePages();
const zh = (() => {
  try {
    return JSON.parse(readFileSync(path.join(root, 'media/l10n/bundle.l10n.zh-cn.json'), 'utf8'));
  } catch {
    return {};
  }
})();
const SCENES = {
  'panel-running': { entry: 'panel', setup: {}, width: 860, height: 1180 },
  'panel-young': { entry: 'panel', setup: { steps: 900 }, width: 860, height: 1000 },
  'panel-540': {
    entry: 'panel',
    setup: { end: 'completed', epochs: 30, steps: 30 * 625 },
    width: 540,
    height: 800,
  },
  'panel-540-checkpoints': {
    entry: 'panel',
    setup: { end: 'completed', epochs: 30, steps: 30 * 625 },
    width: 540,
    height: 500,
    tab: 'checkpoints',
  },
  'panel-360-checkpoints': {
    entry: 'panel',
    setup: { end: 'completed', epochs: 30, steps: 30 * 625 },
    width: 360,
    height: 500,
    tab: 'checkpoints',
  },
  'panel-540-settings': { entry: 'panel', setup: {}, width: 540, height: 500, tab: 'settings' },
  'panel-540-classes': { entry: 'panel', setup: {}, width: 540, height: 600, tab: 'classes' },
  'panel-360': { entry: 'panel', setup: {}, width: 360, height: 800 },
  'panel-narrow': { entry: 'panel', setup: {}, width: 460, height: 1500 },
  'panel-wide': {
    entry: 'panel',
    setup: { end: 'completed', epochs: 30, steps: 30 * 625 },
    width: 1400,
    height: 900,
  },
  'panel-diverged': { entry: 'panel', setup: { steps: 1500, end: 'diverged' }, width: 860, height: 1000 },
  'panel-classes': { entry: 'panel', setup: {}, width: 860, height: 1180, tab: 'classes' },
  'panel-classes-80': {
    entry: 'panel',
    setup: { classes: Array.from({ length: 80 }, (_, c) => `a class ${c}`) },
    width: 860,
    height: 1500,
    tab: 'classes',
  },
  'panel-540-matrix': { entry: 'panel', setup: {}, width: 540, height: 1700, tab: 'classes' },
  'panel-360-matrix': { entry: 'panel', setup: {}, width: 360, height: 1900, tab: 'classes' },
  'panel-540-matrix-zh': { entry: 'panel', setup: { strings: zh }, width: 540, height: 1700, tab: 'classes' },
  'panel-images': { entry: 'panel', setup: {}, width: 860, height: 1180, tab: 'images' },
  ...Object.fromEntries(
    ['segment', 'pose', 'obb', 'classify'].map((task) => [
      `panel-images-${task}`,
      { entry: 'panel', setup: { task }, width: 860, height: 1180, tab: 'images' },
    ]),
  ),
  'panel-large': { entry: 'panel', setup: {}, width: 860, height: 700, tab: 'images', script: 'large' },
  'panel-540-large': { entry: 'panel', setup: {}, width: 540, height: 1100, tab: 'images', script: 'large' },
  'panel-large-zh': {
    entry: 'panel',
    setup: { strings: zh },
    width: 860,
    height: 700,
    tab: 'images',
    script: 'large',
  },
  'panel-settings': { entry: 'panel', setup: {}, width: 860, height: 1180, tab: 'settings' },
  'panel-log': { entry: 'panel', setup: {}, width: 860, height: 1180, tab: 'log' },
  'panel-compare': {
    entry: 'panel',
    setup: {
      end: 'completed',
      epochs: 30,
      steps: 30 * 625,
      other: { end: 'completed', epochs: 40, steps: 40 * 625, lr0: 0.02, seed: 5 },
    },
    width: 860,
    height: 1000,
  },
  'panel-540-compare': {
    entry: 'panel',
    setup: {
      end: 'completed',
      epochs: 30,
      steps: 30 * 625,
      other: { end: 'completed', epochs: 40, steps: 40 * 625, lr0: 0.02, seed: 5 },
    },
    width: 540,
    height: 800,
  },
  'panel-540-zh': {
    entry: 'panel',
    setup: { end: 'completed', epochs: 30, steps: 30 * 625, strings: zh },
    width: 540,
    height: 800,
  },
  'panel-memory': { entry: 'panel', setup: { deviceBytes: 24 * 2 ** 30 }, width: 860, height: 500 },
  'panel-memory-narrow': { entry: 'panel', setup: { deviceBytes: 24 * 2 ** 30 }, width: 460, height: 600 },
  'panel-zh': { entry: 'panel', setup: { strings: zh }, width: 860, height: 1180 },
  'table-540': { entry: 'table', setup: {}, width: 540, height: 700 },
  'table-360': { entry: 'table', setup: {}, width: 360, height: 600 },
  'table-1200': { entry: 'table', setup: {}, width: 1200, height: 700, script: 'table' },
  'table-540-columns': { entry: 'table', setup: {}, width: 540, height: 700, script: 'columns' },
  'table-800-group': { entry: 'table', setup: {}, width: 800, height: 600, script: 'group' },
  'table-800-filter': { entry: 'table', setup: {}, width: 800, height: 400, script: 'problem' },
  'table-540-zh': { entry: 'table', setup: { strings: zh }, width: 540, height: 700, script: 'columns' },
  'side-running': { entry: 'side', setup: {}, width: 300, height: 620 },
  'side-low': { entry: 'side', setup: { deviceBytes: 24 * 2 ** 30 }, width: 230, height: 400 },
  'side-memory': { entry: 'side', setup: { deviceBytes: 24 * 2 ** 30 }, width: 300, height: 620 },
  'side-zh': { entry: 'side', setup: { strings: zh }, width: 300, height: 620 },
};

const pick = (page, at) => page.locator(`tr[data-at="${at}"] .pick input`).click();
const SCRIPTS = {
  large: async (page) => {
    await page.locator('.gallery-image').first().click();
    await page.locator('.pair img').nth(1).waitFor();
  },
  table: async (page) => {
    await pick(page, 3);
    await page.locator('[data-focus="baseline"]').click();
    await pick(page, 5);
    await page.locator('td.good').first().waitFor();
  },
  columns: (page) => page.locator('.push[aria-expanded]').click(),
  group: async (page) => {
    await page.locator('select').selectOption('lr0');
    await page.locator('[data-focus="sort-map"]').click();
    await page.locator('.filter').fill('map > .45 and state = completed');
  },
  problem: (page) => page.locator('.filter').fill('lro > .01'),
};

const filter = process.argv[2] ?? '';
const browser = await launchChromium();
for (const [name, scene] of Object.entries(SCENES)) {
  for (const [themeName, theme] of Object.entries(THEMES)) {
    const id = `${name}-${themeName}`;
    if (!id.includes(filter)) continue;
    const html = path.join(out, `${id}.html`);
    writeFileSync(html, pageOf(bundles, scene.entry, theme, scene.setup));
    const page = await browser.newPage({
      viewport: { width: scene.width, height: scene.height },
      deviceScaleFactor: 1.5,
    });
    page.on('pageerror', (error) => console.error(id, error.message));
    page.on('console', (m) => m.type() === 'error' && console.error(id, m.text()));
    await page.goto(`file://${html}`);
    await page.waitForSelector('body.ready', { timeout: 60_000 });
    if (scene.tab) await page.click(`#tab-${scene.tab}`);
    if (scene.script) await SCRIPTS[scene.script](page);
    await page.waitForTimeout(400);
    await page.screenshot({ path: path.join(out, `${id}.png`) });
    await page.close();
    console.log(id);
  }
}
await browser.close();
