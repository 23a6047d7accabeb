// What every page must hold, looked at in a plain browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, expectEqual } from '../suite.mjs';
import { PATIENCE_MS } from '../workbench.mjs';
import { pageOf } from './bundle.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core');
const folder = path.resolve(import.meta.dirname, '../../artifacts/pages');
/** A laptop's column beside a config is the second one. */
export const WIDTHS = [360, 540, 800, 1200];

export async function openPage({ browser, bundles }, { theme, width, setup, entry = 'panel' }) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(folder, { recursive: true });
  // A page of a file has a session storage, a blank one has not.
  const file = path.join(folder, `${entry}.html`);
  writeFileSync(file, pageOf(bundles, entry, theme, setup));
  await page.goto(`file://${file}`);
  await page.waitForSelector('body.ready');
  return page;
}

/** Runs in the page: the elements that reach beyond its sides, except those in a box that scrolls by itself. */
function elementsOutside() {
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== 'visible') return true;
    }
    return false;
  };
  const isOutside = ({ left, right, width }) => width > 0 && (left < -1 || right > window.innerWidth + 1);
  const outside = [...document.querySelectorAll('body *')].filter(
    (element) => isOutside(element.getBoundingClientRect()) && !scrolls(element),
  );
  const names = outside.map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
  return [...new Set(names)].slice(0, 5).join(', ');
}

export async function expectInside(page, where) {
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(
    sideways <= 0,
    `${where}: the page scrolls sideways by ${sideways} px: ${await page.evaluate(elementsOutside)}`,
  );
  expectEqual(await page.evaluate(elementsOutside), '', `${where}: outside of the page`);
}

export async function expectAccessible(page, where) {
  await page.addScriptTag({ path: axe });
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ['violations'] });
    // The frame around the page is the editor's: title, language and landmarks of the whole are not ours to set.
    const own = found.violations.filter(
      ({ id }) => !['document-title', 'html-has-lang', 'region', 'page-has-heading-one'].includes(id),
    );
    return own.map(({ id, nodes }) => `${id}: ${nodes[0].target.join(' ')} (${nodes[0].failureSummary})`);
  });
  expectEqual(violations.join('\n'), '', `${where}: axe-core`);
}
