// A first visit, as a stranger's: the VSIX is installed, the walkthrough opens, the example is written and trained, its learning rate
// is changed while it trains, a second run is trained and compared with the first, a report is written. Each step is checked and has a
// picture; then every page at three widths in four themes, without a sideways scroll. Pictures: test/artifacts/visit.
// Usage: node visit.mjs [--film]: --film writes media/tour/first-run.webp, too. About ten minutes on two cores.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { packageTarget } from '../../src/build/package.mjs';
import { launchChromium } from './chromium.mjs';
import { startServer } from './editor.mjs';
import { createFilm } from './film.mjs';
import { expectInside } from './page/checks.mjs';
import { endProcessesOf, processesOf } from './processes.mjs';
import { expect } from './suite.mjs';
import { hoverOn, replaceText } from './suites/editing.mjs';
import {
  frameSaying,
  openWorkbench,
  PATIENCE_MS,
  pageFrame,
  runAndChoose,
  runCommand,
  runCommandUntil,
  settle,
  showPitwall,
  until,
} from './workbench.mjs';
import { plainWorkspace } from './workspace.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const artifacts = path.join(root, 'test/artifacts/visit');
const FILM = path.join(root, 'media/tour/first-run.webp');
const MOST_FILM_BYTES = 3e6;
const SIZE = { width: 1200, height: 800 };
const TRAINING = { timeoutMs: 20 * PATIENCE_MS };
const [FIRST, SECOND] = ['pcb-nano-1', 'pcb-nano-2'];
const CHANGED_RATE = '0.005';
/** Of the column that a page has; a laptop's beside a config is the second. */
const WIDTHS = [360, 540, 800];
const THEMES = {
  'vscode-dark': 'Dark Modern',
  'vscode-light': 'Light Modern',
  'vscode-high-contrast': 'Dark High Contrast',
  'vscode-high-contrast-light': 'Light High Contrast',
};

const writesFilm = process.argv.includes('--film');

const input = (page) => page.locator('.quick-input-widget:visible input.input').first();
const rowOf = (page, text) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
const factsOf = (panel) => panel.locator('.facts').first().textContent();
const stateOf = (panel) => panel.locator('.state').first().textContent();
const tileOf = (panel, id) => panel.locator(`#tile-${id} .value`).textContent();

/** What a step shows, for people: a picture, and a while of the film. */
function createCamera(page) {
  const film = createFilm();
  let count = 0;
  return {
    film,
    async step(name, seconds) {
      await settle(700);
      const number = String(++count).padStart(2, '0');
      await page.screenshot({ path: path.join(artifacts, `${number}-${name}.png`) });
      if (seconds) await film.add(page, seconds);
      console.log(`reached: ${name}`);
    },
  };
}

/** The editor's own dialog for files: a path is typed. */
async function answerWithPath(page, file, isDone) {
  await until(`the dialog takes ${file}`, async () => {
    await input(page).fill(file, { timeout: 5000 });
    await page.keyboard.press('Enter');
    return until(`what ${file} is for`, isDone, { timeoutMs: 30_000 });
  });
}

async function install(page, camera, vsix) {
  await runCommandUntil(page, 'Extensions: Install from VSIX...', () => input(page).isVisible());
  const icon = page.locator('.activitybar .action-item a[aria-label^="Pitwall"]').first();
  await answerWithPath(page, vsix, () => icon.isVisible());
  // An editor in a browser does not open it by itself.
  await runAndChoose(page, 'Welcome: Open Walkthrough...', ['Get started with Pitwall']);
  const steps = page.locator('.getting-started-step');
  await until('its steps', async () => (await steps.count()) >= 4);
  await camera.step('walkthrough', 2.5);
}

async function writeExample(page, camera) {
  await page
    .locator('.gettingStartedContainer .monaco-button', { hasText: 'New Example Experiment' })
    .click();
  await page.locator('.tab', { hasText: 'pcb.train.yaml' }).first().waitFor(TRAINING);
  await page.locator('.codelens-decoration', { hasText: 'Start Training' }).first().waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await showPitwall(page);
  await camera.step('example', 2);
  await hoverOn(page, 'warmup_epochs');
  await page.locator('.monaco-hover img').first().waitFor();
  await camera.step('hover', 3);
  await page.keyboard.press('Escape');
}

/** A click on the line above the config, until the run has a folder: a line that is drawn anew under the pointer takes none. */
async function startTraining(page, runs, name) {
  const lens = page.locator('.codelens-decoration a', { hasText: 'Start Training' }).first();
  await until(`the run ${name}`, async () => {
    await lens.click({ timeout: 5000 });
    return until('its folder', () => existsSync(path.join(runs, name, 'run.json')), { timeoutMs: 30_000 });
  });
  return pageFrame(page, 'panel', name);
}

/** A picture of each epoch, until something holds. */
async function watch(page, panel, camera, { seconds, isOver }) {
  let last;
  await until(
    'the run goes on',
    async () => {
      const [epoch] = /epoch \d+/.exec(await factsOf(panel)) ?? [];
      if (epoch !== undefined && epoch !== last) await camera.film.add(page, seconds);
      last = epoch ?? last;
      return isOver();
    },
    TRAINING,
  );
}

async function trainFirst(page, camera, runs) {
  const panel = await startTraining(page, runs, FIRST);
  await camera.step('started', 1);
  const isAt = async (epoch) => Number(/epoch (\d+)/.exec(await factsOf(panel))?.[1]) >= epoch;
  await watch(page, panel, camera, { seconds: 0.5, isOver: () => isAt(5) });
  await camera.step('training', 0.5);
  await changeRate(page, panel, camera);
  const isOver = async () => /Completed/.test(await stateOf(panel));
  await watch(page, panel, camera, { seconds: 0.5, isOver });
  await until('no process', () => processesOf(runs).length === 0);
  expect(/^\d\.\d{3}$/.test(await tileOf(panel, 'map')), 'each checkpoint is validated');
  await camera.step('completed', 2.5);
}

async function changeRate(page, panel, camera) {
  await panel.locator('vscode-button', { hasText: 'Set LR' }).click();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Hold a value' }).click();
  await until('the question', async () => /^[\d.e-]+$/.test(await input(page).inputValue()));
  await input(page).fill(CHANGED_RATE);
  await camera.step('new-rate', 1.5);
  await page.keyboard.press('Enter');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  await camera.step('what-it-comes-to', 2);
  await dialog.getByText('Set Learning Rate').click();
  await until('the new LR', async () => (await tileOf(panel, 'lr')) === CHANGED_RATE);
  await camera.step('rate-changed', 1);
}

async function trainSecond(page, camera, runs) {
  await page.locator('.tab', { hasText: 'pcb.train.yaml' }).first().click();
  await replaceText(page, 'warmup_epochs: 2', 'warmup_epochs: 3');
  await page.keyboard.press('Control+S');
  await page.locator('.tab.active:not(.dirty)', { hasText: 'pcb.train.yaml' }).waitFor();
  await camera.step('another-config', 1.5);
  const panel = await startTraining(page, runs, SECOND);
  const isOver = async () => /Completed/.test(await stateOf(panel));
  await watch(page, panel, camera, { seconds: 0.25, isOver });
  await until('no process', () => processesOf(runs).length === 0);
  await camera.step('second-completed', 1);
}

const comparison = (page) => frameSaying(page, '.tiles', /95\s%/);

async function compareAndReport(page, camera, runs) {
  await runAndChoose(page, 'Pitwall: Compare Runs', [FIRST, SECOND]);
  await comparison(page);
  await camera.step('comparison', 3.5);
  await choose(page, 'Pitwall: Report of Runs');
  await frameSaying(page, 'h1', /^pcb-nano-\d, pcb-nano-\d$/);
  await camera.step('report', 3);
  const file = path.join(path.dirname(runs), 'report.html');
  await choose(page, 'Pitwall: Save Report of Runs…');
  await answerWithPath(page, file, () => existsSync(file));
  await page.locator('.notification-toast', { hasText: 'report.html is written' }).first().waitFor();
  await camera.step('report-written', 2);
  await runCommand(page, 'Notifications: Clear All Notifications');
  return file;
}

/** Both runs, in a list in which several can be chosen. */
async function choose(page, title) {
  const box = (name) =>
    page
      .locator('.quick-input-widget:visible .monaco-list-row', { hasText: name })
      .locator('.quick-input-list-checkbox, .monaco-custom-toggle')
      .first();
  await runCommandUntil(page, title, () => box(FIRST).isVisible());
  for (const name of [FIRST, SECOND])
    if ((await box(name).getAttribute('aria-checked')) !== 'true') await box(name).click();
  await page.locator('.quick-input-widget:visible .monaco-button', { hasText: 'OK' }).first().click();
}

/** Each page alone in the window, as wide as asked. */
const PAGES = {
  dashboard: async (page) => {
    await rowOf(page, FIRST).click();
    return pageFrame(page, 'panel', FIRST);
  },
  comparison: async (page) => {
    await runAndChoose(page, 'Pitwall: Compare Runs', [FIRST, SECOND]);
    return comparison(page);
  },
  table: async (page) => {
    await runCommand(page, 'Pitwall: Show Runs Table');
    return pageFrame(page, 'table');
  },
};

async function everyPage(page) {
  for (const [name, open] of Object.entries(PAGES)) {
    await page.setViewportSize(SIZE);
    await runCommand(page, 'View: Close All Editors');
    await page.locator('.tab').first().waitFor({ state: 'hidden' });
    const frame = await open(page);
    for (const width of WIDTHS) await inEveryTheme(page, { frame, name, width });
    console.log(`looked at: ${name}`);
  }
}

async function inEveryTheme(page, { frame, name, width }) {
  await makeWide(page, frame, width);
  const pictures = [];
  for (const [kind, theme] of Object.entries(THEMES)) {
    await useTheme(page, frame, { kind, theme });
    await expectInside(frame, `${name} at ${width} px`);
    pictures.push(await picture(page, frame));
  }
  await sideBySide(pictures, path.join(artifacts, `page-${name}-${width}.png`));
}

async function makeWide(page, frame, width) {
  const offBy = async () => width - (await frame.evaluate(() => window.innerWidth));
  await until(`a page of ${width} px`, async () => {
    const lacking = await offBy();
    if (Math.abs(lacking) <= 2) return true;
    const { width: now, height } = page.viewportSize();
    await page.setViewportSize({ width: now + lacking, height });
    await until('another width', async () => (await offBy()) !== lacking, { timeoutMs: 5000 });
    return false;
  });
}

/** By its keys: the palette puts another command of nearly the same name before it. */
async function useTheme(page, frame, { kind, theme }) {
  const isUsed = async () => (await frame.evaluate(() => document.body.dataset.vscodeThemeKind)) === kind;
  await until(theme, async () => {
    if (await isUsed()) return true;
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+T');
    const row = page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: theme }).first();
    await input(page).fill(theme, { timeout: 5000 });
    await row.click({ timeout: 5000 });
    return until('the page has it', isUsed, { timeoutMs: 30_000 });
  });
}

/** Of the page alone, once two in a row are the same. */
async function picture(page, frame) {
  const box = await (await frame.frameElement()).boundingBox();
  let last;
  return until('the page is drawn', async () => {
    const now = await page.screenshot({ clip: box });
    const before = last;
    last = now;
    return before && Buffer.compare(before, now) === 0 ? now : false;
  });
}

async function sideBySide(pictures, file) {
  const { width, height } = await sharp(pictures[0]).metadata();
  const create = { width: width * pictures.length, height, channels: 3, background: '#808080' };
  const layers = pictures.map((one, i) => ({ input: one, left: i * width, top: 0 }));
  await sharp({ create }).composite(layers).png().toFile(file);
}

/** As the readers of a report see it: a file in a browser. */
async function openReportFile(browser, file) {
  for (const width of WIDTHS) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(`file://${file}`);
    await expectInside(page, `the report at ${width} px`);
    await page.screenshot({ path: path.join(artifacts, `report-file-${width}.png`), fullPage: true });
    await page.close();
  }
}

async function visit({ browser, server, vsix, runs }) {
  const page = await openWorkbench(browser, server.url, SIZE);
  const camera = createCamera(page);
  try {
    await install(page, camera, vsix);
    await writeExample(page, camera);
    await trainFirst(page, camera, runs);
    await trainSecond(page, camera, runs);
    const report = await compareAndReport(page, camera, runs);
    await saveFilm(camera.film);
    await openReportFile(browser, report);
    await everyPage(page);
  } catch (error) {
    await page.screenshot({ path: path.join(artifacts, 'FAILED.png') });
    throw error;
  }
}

async function saveFilm(film) {
  const file = writesFilm ? FILM : path.join(artifacts, 'first-run.webp');
  const bytes = await film.save(file);
  console.log(`${file}: ${film.seconds().toFixed(1)} s, ${(bytes / 1e6).toFixed(2)} MB`);
  expect(bytes < MOST_FILM_BYTES, 'the film is too large');
}

const workspace = plainWorkspace();
const runs = path.join(workspace.dir, 'pitwall-demo/runs');
const extensions = mkdtempSync(path.join(os.tmpdir(), 'pitwall-visit-'));
rmSync(artifacts, { recursive: true, force: true });
mkdirSync(artifacts, { recursive: true });
const vsix = await packageTarget(`${process.platform}-${process.arch}`);
const server = await startServer({ folder: workspace.dir, extensions });
const browser = await launchChromium();
try {
  await visit({ browser, server, vsix, runs });
  console.log(`every step was reached; ${readdirSync(artifacts).length} pictures in ${artifacts}`);
} finally {
  await browser.close();
  await server.stop();
  endProcessesOf(runs);
  workspace.remove();
  rmSync(extensions, { recursive: true, force: true });
}
