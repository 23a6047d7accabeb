// The dashboard on recorded data in a plain browser: at its real widths nothing is cut, Tab takes few steps, and
// axe-core finds nothing in any theme.
import { bundlePages } from '../page/bundle.mjs';
import { expectAccessible, expectInside, openPage, WIDTHS } from '../page/checks.mjs';
import { THEMES } from '../page/themes.mjs';
import { expect, expectEqual } from '../suite.mjs';
import { breakdownPages } from './breakdown-pages.mjs';
import { galleryPages } from './gallery-pages.mjs';

const TABS = ['overview', 'checkpoints', 'classes', 'images', 'settings', 'log'];
const RUNNING = { steps: 13_400 };
const ENDED = { end: 'completed', epochs: 30, steps: 30 * 625 };
/** A schedule before its run, and two runs beside each other: not every tab has something then. */
const OTHERS = {
  preview: { preview: true },
  compare: { ...ENDED, other: { ...ENDED, epochs: 40, steps: 40 * 625, lr0: 0.02, seed: 5 } },
};
/** Tab stops before the first tab of the page; it was 53 when charts stood above the tabs. */
const MOST_STOPS = 6;

async function showTab(page, tab) {
  await page.click(`#tab-${tab}`);
  await page.waitForSelector(`#view-${tab}:not([hidden])`);
}

async function stopsBefore(page, id) {
  await page.evaluate(() => document.activeElement?.blur());
  for (let stops = 0; stops < 60; stops++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((tab) => document.activeElement?.id === tab, id)) return stops;
  }
  return Number.POSITIVE_INFINITY;
}

export async function pages({ suite, browser }) {
  const bundles = await bundlePages();
  const context = { browser, bundles };
  for (const width of WIDTHS) await layout({ suite, context, width });
  for (const name of Object.keys(THEMES)) await accessible({ suite, context, name });
  for (const [state, setup] of Object.entries(OTHERS)) await other({ suite, context, state, setup });
  await behaviour({ suite, context });
  await updates({ suite, context });
  await galleryPages({ suite, context });
  await breakdownPages({ suite, context });
}

async function other({ suite, context, state, setup }) {
  for (const width of WIDTHS) {
    const page = await openPage(context, { theme: THEMES.dark, width, setup });
    await suite.test(`pages: nothing is cut at ${width} px, ${state}`, { pages: () => [page] }, async () => {
      await expectInside(page, `${state} at ${width} px`);
      for (const tab of await shownTabs(page)) {
        await showTab(page, tab);
        await expectInside(page, `${state}, ${tab} at ${width} px`);
      }
    });
    await page.close();
  }
  for (const name of Object.keys(THEMES)) {
    const page = await openPage(context, { theme: THEMES[name], width: 800, setup });
    await suite.test(
      `pages: axe-core finds nothing in ${state} in ${name}`,
      { pages: () => [page] },
      async () => {
        await expectAccessible(page, `${state} in ${name}`);
        for (const tab of await shownTabs(page)) {
          await showTab(page, tab);
          await expectAccessible(page, `${state}, ${tab} in ${name}`);
        }
      },
    );
    await page.close();
  }
}

const shownTabs = (page) =>
  page.evaluate((all) => all.filter((tab) => document.querySelector(`#tab-${tab}`)?.offsetParent), TABS);

async function layout({ suite, context, width }) {
  for (const [state, setup] of Object.entries({ running: RUNNING, completed: ENDED })) {
    const page = await openPage(context, { theme: THEMES.dark, width, setup });
    await suite.test(`pages: nothing is cut at ${width} px, ${state}`, { pages: () => [page] }, async () => {
      for (const tab of TABS) {
        await showTab(page, tab);
        await expectInside(page, `${tab} at ${width} px`);
      }
    });
    await suite.test(
      `pages: every action of the header is reached at ${width} px, ${state}`,
      { pages: () => [page] },
      () => reachesActions(page),
    );
    await page.close();
  }
}

/** Pressed by mouse, and by keyboard in the order of the page: each asks for its own action. */
async function reachesActions(page) {
  const buttons = page.locator('.header .actions > *');
  const pressed = () => page.evaluate(() => window.actions.map(({ id }) => id));
  const named = await buttons.evaluateAll((all) =>
    all.map((one) => one.dataset.focus.replace('action-', '')),
  );
  expect(named.includes('export'), `the header offers ${named.join(', ')}`);
  for (const [i, id] of named.entries()) {
    await buttons.nth(i).click();
    await page.waitForFunction((asked) => window.actions.at(-1)?.id === asked, id);
  }
  await buttons.first().focus();
  for (const [i, id] of named.entries()) {
    if (i > 0) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction((asked) => window.actions.at(-1)?.id === asked, id);
  }
  expectEqual((await pressed()).join(), [...named, ...named].join(), 'actions');
}

async function accessible({ suite, context, name }) {
  const page = await openPage(context, { theme: THEMES[name], width: 800, setup: RUNNING });
  await suite.test(`pages: axe-core finds nothing in ${name}`, { pages: () => [page] }, async () => {
    for (const tab of TABS) {
      await showTab(page, tab);
      await expectAccessible(page, `${tab} in ${name}`);
    }
  });
  await page.close();
  const side = await openPage(context, { theme: THEMES[name], width: 300, setup: RUNNING, entry: 'side' });
  await suite.test(
    `pages: axe-core finds nothing in the side panel in ${name}`,
    { pages: () => [side] },
    () => expectAccessible(side, `side panel in ${name}`),
  );
  await side.close();
}

async function behaviour({ suite, context }) {
  const page = await openPage(context, { theme: THEMES.dark, width: 540, setup: ENDED });
  const test = (name, body) => suite.test(`pages: ${name}`, { pages: () => [page] }, body);
  await test('the three charts of a run are on the first screen at 540 px', async () => {
    for (const id of ['loss', 'lr', 'map']) {
      const bottom = await page.evaluate(
        (chart) => document.querySelector(`#chart-${chart}`).getBoundingClientRect().bottom,
        id,
      );
      expect(bottom <= 800, `the ${id} chart ends at ${bottom} px of 800`);
    }
  });
  await test('few Tab stops lie before the tabs', async () => {
    const stops = await stopsBefore(page, 'tab-overview');
    expect(stops <= MOST_STOPS, `${stops} Tab stops before the tabs`);
  });
  await test('a zoom holds for every chart, and Show all ends it', async () => {
    const range = (id) =>
      page.evaluate(
        (chart) => document.querySelector(`#chart-${chart} .surface`).ariaLabel.split('. ')[0].split(', ')[1],
        id,
      );
    const whole = await range('lr');
    const box = await page.locator('#chart-loss canvas').boundingBox();
    await page.mouse.move(box.x + 150, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(
      (before) => !document.querySelector('#chart-lr .surface').ariaLabel.includes(before),
      whole,
    );
    expectEqual(await range('map'), await range('loss'), 'range of mAP');
    await page.click('.show-all');
    await page.waitForFunction(
      (before) => document.querySelector('#chart-map .surface').ariaLabel.includes(before),
      whole,
    );
  });
  await test('a chart is saved as an SVG of its lines and texts', async () => {
    await page.locator('#chart-loss [aria-label="Save as CSV, PNG or SVG"]').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.actions.at(-1)?.name === 'loss.svg');
    const svg = await page.evaluate(() => new TextDecoder().decode(window.actions.at(-1).bytes));
    const parts = await page.evaluate((text) => {
      const read = new DOMParser().parseFromString(text, 'image/svg+xml');
      const count = (name) => read.querySelectorAll(name).length;
      return { errors: count('parsererror'), paths: count('path'), texts: count('text') };
    }, svg);
    expect(parts.errors === 0 && parts.paths > 2 && parts.texts > 5, JSON.stringify(parts));
  });
  await test('each tab comes back at the place where it was left', async () => {
    await page.evaluate(() => window.scrollTo(0, 200));
    const place = await page.evaluate(() => window.scrollY);
    await showTab(page, 'log');
    await page.waitForFunction(() => window.scrollY === 0);
    await showTab(page, 'overview');
    await page.waitForFunction((before) => window.scrollY === before, place);
  });
  await test('a page that was left on another tab opens there', async () => {
    await showTab(page, 'log');
    await page.reload();
    await page.waitForSelector('body.ready');
    await page.waitForSelector('#view-log:not([hidden])');
  });
  await page.close();
}

/** A step and an epoch of the recorded run, and lines between epochs that are not a step's. */
const EPOCH = 640;

/** Clocks differ between machines; what an update makes and takes away does not. */
async function updates({ suite, context }) {
  const setup = { epochs: 100, steps: 60_000, liveFrom: 30_000 };
  const page = await openPage(context, { theme: THEMES.dark, width: 800, setup });
  const test = (name, body) => suite.test(`pages: ${name}`, { pages: () => [page] }, body);
  const rows = (list) => page.locator(`${list} > *`).count();
  await test('an update makes no element in a tab that is not open', async () => {
    await watchElements(page);
    const before = await page.locator('.tile').allTextContents();
    await page.evaluate((steps) => window.grow(steps), EPOCH);
    await page.waitForFunction(
      (old) => [...document.querySelectorAll('.tile')].map((tile) => tile.textContent).join() !== old,
      before.join(),
    );
    for (const tab of ['checkpoints', 'classes', 'log'])
      expectEqual(await made(page, `#view-${tab}`), 0, `elements made in ${tab}`);
  });
  for (const [tab, list] of Object.entries({ checkpoints: '.checkpoints tbody', log: '.log-lines' })) {
    await test(`an update makes the new rows of ${tab} only`, async () => {
      await showTab(page, tab);
      await page.locator(list).waitFor();
      const last = await page.locator(list).textContent();
      await watchElements(page);
      await page.evaluate((steps) => window.grow(steps), EPOCH);
      await page.waitForFunction(([at, old]) => document.querySelector(at).textContent !== old, [list, last]);
      const count = await made(page, list);
      expect(count > 0 && count <= 8, `${count} rows made for one epoch, ${await rows(list)} rows`);
    });
  }
  await page.close();
}

const watchElements = (page) =>
  page.evaluate(() => {
    window.made = [];
    window.watching?.disconnect();
    window.watching = new MutationObserver((records) =>
      window.made.push(...records.flatMap(({ target, addedNodes }) => [...addedNodes].map(() => target))),
    );
    window.watching.observe(document.body, { childList: true, subtree: true });
  });

/** How many nodes were put below that element since the watch began. */
const made = (page, at) =>
  page.evaluate((selector) => {
    const root = document.querySelector(selector);
    return window.made.filter((target) => root.contains(target)).length;
  }, at);
