// The worst images in a plain browser: one of them large, by mouse and by keyboard, with what a stranger's folder may hold.
import { expectAccessible, expectInside, openPage, WIDTHS } from '../page/checks.mjs';
import { THEMES } from '../page/themes.mjs';
import { expect, expectEqual } from '../suite.mjs';

const SETUP = { steps: 13_400 };
const IMAGES = 40;
/** See ODD of test/e2e/page/fakes.ts. */
const [MARKUP, MISSING, RESIZED] = [2, 5, 6];

const items = (page) => page.locator('.gallery-image');
const status = (page) => page.locator('.viewer-status').textContent();
const boxes = (page, side) => page.locator('.pair figure').nth(side).locator('rect').count();
const focused = (page) => page.evaluate(() => document.activeElement?.className ?? '');

async function openImages(context, { theme = THEMES.dark, width, setup = SETUP }) {
  const page = await openPage(context, { theme, width, setup });
  await page.click('#tab-images');
  await items(page).first().waitFor();
  return page;
}

async function titled(page, place) {
  await page.waitForFunction(
    (start) => document.querySelector('.viewer h2')?.textContent?.startsWith(start),
    `${place + 1} of ${IMAGES}: `,
  );
}

const isLoaded = (page, place) =>
  page.waitForFunction(
    (name) => document.querySelector('.viewer h2')?.textContent?.endsWith(name),
    place === MARKUP ? '>.png' : `: ${place}.png`,
  );

export async function galleryPages({ suite, context }) {
  for (const width of WIDTHS) await layout({ suite, context, width });
  for (const name of Object.keys(THEMES)) await accessible({ suite, context, name });
  const page = await openImages(context, { width: 800 });
  const test = (name, body) => suite.test(`worst images: ${name}`, { pages: () => [page] }, body);
  await keyboard({ test, page });
  await filters({ test, page });
  await oddities({ test, page });
  await page.close();
}

async function layout({ suite, context, width }) {
  const page = await openImages(context, { width });
  await suite.test(`worst images: nothing is cut at ${width} px`, { pages: () => [page] }, async () => {
    await expectInside(page, `images at ${width} px`);
    await items(page).first().click();
    await page.locator('.pair img').nth(1).waitFor();
    await expectInside(page, `an image at ${width} px`);
    const [truth, found] = await page.evaluate(() =>
      [...document.querySelectorAll('.pair figure')].map((one) => one.getBoundingClientRect().top),
    );
    expectEqual(truth === found, width > 600, 'beside each other');
  });
  await page.close();
}

async function accessible({ suite, context, name }) {
  const page = await openImages(context, { theme: THEMES[name], width: 800 });
  await suite.test(`worst images: axe-core finds nothing in ${name}`, { pages: () => [page] }, async () => {
    await expectAccessible(page, `images in ${name}`);
    await items(page).first().click();
    await isLoaded(page, 0);
    await expectAccessible(page, `an image in ${name}`);
  });
  await page.close();
}

async function keyboard({ test, page }) {
  await test('they are one Tab stop; Enter opens one, arrows go on, Escape comes back to where one is', async () => {
    await items(page).first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await isLoaded(page, 1);
    expect(await items(page).first().isHidden(), 'the grid is hidden');
    await page.keyboard.press('ArrowRight');
    await isLoaded(page, 2);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await isLoaded(page, 0);
    await page.keyboard.press('ArrowLeft');
    await titled(page, 0);
    await page.keyboard.press('ArrowRight');
    await isLoaded(page, 1);
    await page.keyboard.press('Escape');
    await items(page).nth(1).waitFor();
    expectEqual(await items(page).evaluateAll((all) => all.indexOf(document.activeElement)), 1, 'focus');
  });
  await test('beyond the images that are there the next ones are asked for, up to the last', async () => {
    await items(page).nth(7).click();
    for (let place = 7; place < IMAGES - 1; place++) {
      await isLoaded(page, place);
      await page.keyboard.press('ArrowRight');
    }
    await isLoaded(page, IMAGES - 1);
    await page.keyboard.press('ArrowRight');
    await titled(page, IMAGES - 1);
    await page.keyboard.press('Escape');
    expectEqual(await items(page).count(), IMAGES, 'each of them once');
    const names = await items(page).locator('.name').allTextContents();
    expectEqual(new Set(names).size, IMAGES, 'names');
  });
}

async function filters({ test, page }) {
  await test('truth and predictions are apart; the slider filters at once and says what is missed then', async () => {
    await items(page).first().click();
    await isLoaded(page, 0);
    expectEqual([await boxes(page, 0), await boxes(page, 1)].join(), '2,2', 'labels and predictions');
    expect(/1 found.*1 missed.*1 false/.test(await status(page)), await status(page));
    await page.locator('#confidence').focus();
    await page.keyboard.press('Home');
    expectEqual(await boxes(page, 1), 3, 'predictions from .01 on');
    await page.keyboard.press('End');
    expectEqual(await boxes(page, 1), 0, 'predictions from .99 on');
    expect(/0 found.*2 missed.*0 false/.test(await status(page)), await status(page));
    await titled(page, 0);
    const alt = await page.locator('.pair img').nth(1).getAttribute('alt');
    expectEqual(alt, 'Predictions: nothing', 'said');
  });
  await test('a class that is hidden stays hidden at the next image, and the focus stays in the view', async () => {
    await page.locator('#confidence').focus();
    await page.keyboard.press('Home');
    const open = page.locator('.classes label', { hasText: 'open' }).locator('input');
    await open.focus();
    await page.keyboard.press('Space');
    expectEqual([await boxes(page, 0), await boxes(page, 1)].join(), '1,2', 'without the class');
    await page.keyboard.press('ArrowRight');
    await isLoaded(page, 1);
    expect(!(await open.isChecked()), 'still hidden');
    expectEqual([await boxes(page, 0), await boxes(page, 1)].join(), '1,2', 'at the next image');
    expectEqual(await focused(page), 'viewer', 'focus');
    await open.click();
    await page.keyboard.press('Escape');
  });
}

async function oddities({ test, page }) {
  await test('a name with markup is text', async () => {
    await items(page).nth(MARKUP).click();
    await isLoaded(page, MARKUP);
    expect(
      (await page.locator('.viewer h2').textContent()).includes('<img src=x onerror='),
      'the name as it is',
    );
    expect((await page.title()) !== '1', 'nothing was executed');
    await page.keyboard.press('Escape');
  });
  await test('an image that cannot be read says so, with its boxes', async () => {
    await items(page).nth(MISSING).click();
    await isLoaded(page, MISSING);
    expectEqual(await page.locator('.pair .absent').count(), 2, 'both sides');
    expect((await boxes(page, 0)) === 2, 'its labels');
    await page.keyboard.press('Escape');
  });
  await test('a file of another size than the one that was validated is said to be one', async () => {
    await items(page).nth(RESIZED).click();
    await page.locator('.viewer .warning', { hasText: '128 x 128 pixels now' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await isLoaded(page, RESIZED + 1);
    expectEqual(await page.locator('.viewer .warning').textContent(), '', 'no longer said');
    await page.keyboard.press('Escape');
  });
}
