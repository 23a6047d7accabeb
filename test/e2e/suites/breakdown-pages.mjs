// Confusions, curves and sizes in a plain browser: readable at every width, for 1, 6 and 80 classes, by keyboard, and in every theme.
import { expectAccessible, expectInside, openPage, WIDTHS } from '../page/checks.mjs';
import { THEMES } from '../page/themes.mjs';
import { expect, expectEqual } from '../suite.mjs';

const MANY = Array.from({ length: 80 }, (_, c) => `a class with a long name ${c}`);
const SETUPS = { 'one class': { classes: ['person'] }, 'six classes': {}, '80 classes': { classes: MANY } };
const RUN = { steps: 13_400 };

async function openClasses(context, { theme = THEMES.dark, width, setup = {} }) {
  const page = await openPage(context, { theme, width, setup: { ...RUN, ...setup } });
  await page.click('#tab-classes');
  await page.locator('.matrix td').first().waitFor();
  return page;
}

export async function breakdownPages({ suite, context }) {
  for (const [name, setup] of Object.entries(SETUPS)) {
    for (const width of WIDTHS) {
      const page = await openClasses(context, { width, setup });
      await suite.test(`breakdown: ${name} at ${width} px`, { pages: () => [page] }, async () => {
        await expectInside(page, `${name} at ${width} px`);
        const legend = await page.locator('.curves .legend-entry').count();
        expect(legend <= 7, `${legend} entries in the legend`);
      });
      await page.close();
    }
  }
  for (const name of Object.keys(THEMES)) {
    const page = await openClasses(context, { theme: THEMES[name], width: 800, setup: SETUPS['80 classes'] });
    await suite.test(`breakdown: axe-core finds nothing in ${name}`, { pages: () => [page] }, () =>
      expectAccessible(page, `80 classes in ${name}`),
    );
    await page.close();
  }
  const page = await openClasses(context, { width: 540, setup: SETUPS['80 classes'] });
  const test = (name, body) => suite.test(`breakdown: ${name}`, { pages: () => [page] }, body);
  await matrix({ test, page });
  await curves({ test, page });
  await saving({ test, page });
  await tables({ test, page });
  await page.close();
}

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
const asked = (page) => page.evaluate(() => window.actions.at(-1));

async function matrix({ test, page }) {
  await test('of 80 classes the matrix shows those that are confused, and all on request', async () => {
    expectEqual(await page.locator('.matrix tbody tr').count(), 11, 'rows of ten classes and background');
    await page.locator('[data-focus="matrix-whole"]').click();
    await page.waitForFunction(() => document.querySelectorAll('.matrix tbody tr').length === 81);
    await page.locator('[data-focus="matrix-whole"]').click();
    await page.waitForFunction(() => document.querySelectorAll('.matrix tbody tr').length === 11);
  });
  await test('the matrix is one Tab stop, arrows name each cell, Enter leads to its images', async () => {
    expectEqual(await page.locator('.matrix [tabindex="0"]').count(), 1, 'Tab stops');
    await page.locator('.matrix [tabindex="0"]').focus();
    const first = await focused(page);
    expect(/ recognized: \d+ of \d+, \d+\.\d %$/.test(first), first);
    await page.keyboard.press('End');
    expect(/ falsely predicted: /.test(await focused(page)), await focused(page));
    await page.keyboard.press('Home');
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowDown');
    const missed = await focused(page);
    expect(/ missed: \d+ of \d+, /.test(missed), missed);
    await page.keyboard.press('Enter');
    await page.locator('#view-images:not([hidden]) .confined').waitFor();
    await page.waitForFunction(() => window.requests.at(-1)?.gallery);
    const { gallery } = await page.evaluate(() => window.requests.at(-1));
    expectEqual(gallery.confused.predicted, MANY.length, 'predicted background');
    expect((await page.locator('.confined').textContent()).includes(missed), missed);
    await page.locator('.confined vscode-button').click();
    await page.locator('.confined').waitFor({ state: 'hidden' });
    await page.click('#tab-classes');
  });
}

async function curves({ test, page }) {
  const entries = () => page.locator('.curves .legend-entry').allTextContents();
  await test('a class is added to the curves, and the best threshold is said', async () => {
    const before = await entries();
    await page.locator('.curve-chooser select').selectOption({ label: MANY[70] });
    await page.waitForFunction(
      (name) =>
        [...document.querySelectorAll('.curves .legend-entry')].some((one) => one.textContent === name),
      MANY[70],
    );
    expectEqual((await entries()).length, before.length + 1, 'entries');
    await page.locator('[data-focus="curve-f1"]').click();
    await page.waitForFunction(() =>
      document.querySelector('.curves .chart-title').textContent.startsWith('F1 over'),
    );
    const best = await page.locator('.best-threshold').textContent();
    expect(
      /^Highest mean F1 0\.\d{3} at confidence 0\.\d{3}: precision 0\.\d{3}, recall 0\.\d{3}\.$/.test(best),
      best,
    );
  });
}

async function saving({ test, page }) {
  await test('the curves are saved as SVG, PNG and CSV', async () => {
    for (const format of ['svg', 'png', 'csv']) {
      await page.evaluate((saveAs) => {
        window.setup = { ...window.setup, saveAs };
      }, format);
      await page.locator('[data-focus="save-curves"]').focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction((name) => window.actions.at(-1)?.name === name, `curves.${format}`);
      const start = await page.evaluate(() => {
        const { bytes } = window.actions.at(-1);
        return String.fromCharCode(...bytes.slice(0, 5));
      });
      expectEqual(start, { svg: '<svg ', png: '\u0089PNG\r', csv: 'class' }[format], format);
    }
  });
}

async function tables({ test, page }) {
  await test('each table copies as CSV, and a size without objects says so', async () => {
    for (const [part, rows] of [
      ['confusion', 80],
      ['sizes', 82],
      ['thresholds', 82],
    ]) {
      await page.locator(`[data-focus="copy-${part}"]`).focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (name) => window.actions.at(-1)?.what?.startsWith(name),
        { confusion: 'Confusion', sizes: 'Sizes', thresholds: 'Thresholds' }[part],
      );
      const { text } = await asked(page);
      expect(text.trim().split('\n').length >= rows, `${part}: ${text.split('\n').length} lines`);
    }
    await page.locator('[data-focus="save-sizes"]').evaluate((button) => button.click());
    await page.waitForFunction(() => window.actions.at(-1)?.name === 'sizes.csv');
    const none = page.locator('.sizes tbody tr').first().locator('[aria-label="no object of this size"]');
    expectEqual(await none.count(), 2, 'AP and AR of large objects');
  });
  await test('another checkpoint is asked for by its epoch', async () => {
    const select = page.locator('.checkpoint select');
    const older = await select.locator('option').nth(1).getAttribute('value');
    await select.selectOption(older);
    await page.waitForFunction((epoch) => window.requests.at(-1)?.breakdown?.epoch === Number(epoch), older);
  });
}
