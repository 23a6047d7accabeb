// The table of all runs: its page in a plain browser, over made-up runs, and then in the editor.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { bundlePages } from '../page/bundle.mjs';
import { expectAccessible, expectInside, openPage, WIDTHS } from '../page/checks.mjs';
import { THEMES } from '../page/themes.mjs';
import { recordedRuns } from '../recorded.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  openWorkbench,
  pageFrame,
  reloadWindow,
  runCommand,
  showPitwall,
  textOfFrames,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const rowAt = (page, at) => page.locator(`tr[data-at="${at}"]`);
const pick = (page, at) => rowAt(page, at).locator('.pick input').click();
const nameAt = (page, at) => rowAt(page, at).locator('.open').textContent();
const count = (page) => page.locator('.count').textContent();

/** What needs no editor. */
export async function runsTablePage({ suite, browser }) {
  const context = { browser, bundles: await bundlePages() };
  await layout({ suite, context });
  await accessible({ suite, context });
  await behaviour({ suite, context });
  await many({ suite, context });
}

export async function runsTable(context) {
  await runsTablePage(context);
  await inEditor(context);
}

async function layout({ suite, context }) {
  for (const width of WIDTHS) {
    const page = await openPage(context, { theme: THEMES.dark, width, setup: {}, entry: 'table' });
    await suite.test(`runs table: nothing is cut at ${width} px`, { pages: () => [page] }, async () => {
      await expectInside(page, `the table at ${width} px`);
      await page.locator('.push[aria-expanded]').click();
      await pick(page, 1);
      await page.locator('[data-focus="baseline"]').click();
      await pick(page, 2);
      await page.locator('[data-focus="compare"]').waitFor();
      await expectInside(page, `columns and a selection at ${width} px`);
      const sideways = await page.evaluate(() => document.body.scrollWidth - window.innerWidth);
      expect(sideways <= 0, `the page scrolls sideways by ${sideways} px`);
    });
    await page.close();
  }
}

async function accessible({ suite, context }) {
  for (const [name, theme] of Object.entries(THEMES)) {
    const page = await openPage(context, { theme, width: 800, setup: {}, entry: 'table' });
    await suite.test(`runs table: axe-core finds nothing in ${name}`, { pages: () => [page] }, async () => {
      await expectAccessible(page, `the table in ${name}`);
      await page.locator('select').selectOption('lr0');
      await page.locator('.push[aria-expanded]').click();
      await pick(page, 1);
      await page.locator('[data-focus="baseline"]').click();
      await page.locator('td.good:not(.state)').first().waitFor();
      await expectAccessible(page, `with everything open in ${name}`);
    });
    await page.close();
  }
}

async function behaviour({ suite, context }) {
  const page = await openPage(context, { theme: THEMES.dark, width: 1200, setup: {}, entry: 'table' });
  const test = (name, body) => suite.test(`runs table: ${name}`, { pages: () => [page] }, body);
  const actions = () => page.evaluate(() => window.actions);
  await test('a filter is that of the command line, and says what it does not understand', async () => {
    const all = await count(page);
    await page.locator('.filter').fill('lr0 = .02 and state = completed');
    await page.waitForFunction((before) => document.querySelector('.count').textContent !== before, all);
    expect(/^\d+ of 57 runs$/.test(await count(page)), await count(page));
    await page.locator('.filter').fill('lro > 1');
    await page.locator('.problem', { hasText: 'no run has lro, did you mean lr0?' }).waitFor();
    await page.locator('.filter').fill('');
    await page.locator('.problem').waitFor({ state: 'hidden' });
  });
  await test('a column sorts, the second time the other way round', async () => {
    const map = async (at) => Number(await rowAt(page, at).locator('td.n').nth(1).textContent());
    await page.locator('[data-focus="sort-map"]').click();
    await page.locator('th[aria-sort="descending"] [data-focus="sort-map"]').waitFor();
    expect((await map(0)) > (await map(1)), 'highest first');
    await page.locator('[data-focus="sort-map"]').click();
    await page.locator('th[aria-sort="ascending"] [data-focus="sort-map"]').waitFor();
    expect((await map(0)) < (await map(1)), 'lowest first');
  });
  await test('a baseline gives every run its difference and verdict in words', async () => {
    await pick(page, 20);
    await page.locator('[data-focus="baseline"]').click();
    await page.locator('td.good:not(.state)', { hasText: 'better' }).first().waitFor();
    const row = rowAt(page, 20);
    expect(/baseline/.test(await row.textContent()), await row.textContent());
    await page.locator('[data-focus="no-baseline"]').click();
    await page.locator('td.good:not(.state)').first().waitFor({ state: 'detached' });
  });
  await test('runs are selected by keyboard alone and compared', async () => {
    await page.keyboard.press('Escape');
    await page.locator('[data-focus="clear"]').click();
    await rowAt(page, 20).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press(' ');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press(' ');
    await page.locator('.how-many', { hasText: '2 selected' }).waitFor();
    await page.locator('[data-focus="compare"]').click();
    await page.waitForFunction(() => window.actions.at(-1)?.id === 'compare');
    const names = [await nameAt(page, 0), await nameAt(page, 1)];
    const done = (await actions()).at(-1);
    expectEqual(
      JSON.stringify(done.dirs.map((dir) => path.basename(dir))),
      JSON.stringify(names),
      'compared',
    );
    await rowAt(page, 1).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.actions.at(-1)?.id === 'open');
  });
  await test('columns are shown, moved and hidden, and come back after a reload', async () => {
    await page.locator('.push[aria-expanded]').click();
    await page.locator('[data-focus="show-git"]').click();
    await page.locator('[data-focus="left-git"]').click();
    await page.locator('[data-focus="hide-seed"]').click();
    await page.locator('[data-focus="sort-seed"]').waitFor({ state: 'detached' });
    const heads = () => page.locator('thead .sort').allTextContents();
    const before = await heads();
    expect(before.includes('commit') && !before.includes('seed'), before.join());
    await page.reload();
    await page.waitForSelector('body.ready');
    expectEqual((await heads()).join(), before.join(), 'heads after a reload');
  });
  await page.close();
}

async function many({ suite, context }) {
  const page = await openPage(context, {
    theme: THEMES.dark,
    width: 1200,
    setup: { runs: 2000 },
    entry: 'table',
  });
  await suite.test(
    'runs table: of 2,000 runs only those in sight are rows',
    { pages: () => [page] },
    async () => {
      const rows = () => page.locator('tbody .row').count();
      expect((await rows()) < 100, `${await rows()} rows`);
      await rowAt(page, 0).focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => Number(document.activeElement.dataset.at) > 1800);
      expect((await rows()) < 100, `${await rows()} rows at the end`);
    },
  );
  await page.close();
}

async function inEditor({ suite, browser, extensions }) {
  const workspace = exampleWorkspace();
  mkdirSync(workspace.runs, { recursive: true });
  await recordedRuns(workspace);
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url, { width: 1500, height: 950 });
  const test = (name, body) =>
    suite.test(`runs table: ${name}`, { pages: () => [page], log: server.log }, body);
  try {
    await test('a command shows all runs as a page of the editor', async () => {
      await showPitwall(page);
      await page.locator('.pane-body .monaco-list-row', { hasText: 'pcb-nano-1' }).first().waitFor();
      await runCommand(page, 'Pitwall: Show Runs Table');
      const table = await pageFrame(page, 'table');
      await table.locator('body.ready').waitFor();
      await table.locator('.open', { hasText: 'pcb-micro-1' }).waitFor();
      await page.screenshot({ path: path.join(suite.artifacts, 'runs-table.png') });
    });
    await test('two selected runs open as one comparison', async () => {
      const table = await pageFrame(page, 'table');
      for (const name of ['pcb-nano-1', 'pcb-micro-1'])
        await table.locator('tr', { hasText: name }).locator('.pick input').click();
      await table.locator('[data-focus="compare"]').click();
      await until('the comparison', () => textOfFrames(page, /Differing settings/));
    });
    await test('it comes back after a reload of the window', async () => {
      await runCommand(page, 'View: Close All Editors');
      await runCommand(page, 'Pitwall: Show Runs Table');
      await (await pageFrame(page, 'table')).locator('body.ready').waitFor();
      await reloadWindow(page);
      await (await pageFrame(page, 'table')).locator('body.ready').waitFor();
    });
  } finally {
    await page.context().close();
    await server.stop();
    workspace.remove();
  }
}
