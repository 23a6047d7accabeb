// The table of 2,000 runs in a browser without a GPU: from the page's first request to the whole table drawn, a filter
// typed, another order, and scrolling: the main thread's work for one scrolled frame, which must stay under 16.7 ms for
// 60 frames a second, and the share of frames that came later than 1.5 frames after the one before. The host's part runs
// in the same window. Medians. Usage: node test/bench/runs-table.mjs [RUNS]
import { launchChromium } from '../e2e/chromium.mjs';
import { bundlePages } from '../e2e/page/bundle.mjs';
import { openPage } from '../e2e/page/checks.mjs';
import { THEMES } from '../e2e/page/themes.mjs';
import { record } from './rows.mjs';

const RUNS = Number(process.argv[2] ?? 2000);
const TIMES = 7;
const FRAMES = 120;
const ROW_PIXELS = 26;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** From the page's first request to the next frame after the table was whole. */
async function openingMs(page) {
  await page.waitForFunction(() => window.readyAt !== undefined);
  return page.evaluate(() => window.readyAt - window.openedAt);
}

/** Milliseconds until the page has drawn what that action asks for. */
const drawMs = (page, act, argument) =>
  page.evaluate(
    async ([source, value]) => {
      const start = performance.now();
      new Function('value', source)(value);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return performance.now() - start;
    },
    [act, argument],
  );

const TYPE = `const input = document.querySelector('input[type=search]');
input.value = value; input.dispatchEvent(new Event('input', { bubbles: true }));`;
const SORT = `document.querySelector('[data-focus="sort-' + value + '"]').click();`;

/** Scrolls a page of rows each frame; the frames' distances and the main thread's work for one. */
async function scroll(page, session) {
  const work = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const before = await work();
  const gaps = await page.evaluate(
    async ([frames, step]) => {
      const list = document.querySelector('.scroll');
      const found = [];
      let last = performance.now();
      for (let i = 0; i < frames; i++) {
        list.scrollTop += step;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        found.push(performance.now() - last);
        last = performance.now();
      }
      return found;
    },
    [FRAMES, 10 * ROW_PIXELS],
  );
  const late = gaps.filter((gap) => gap > 25).length / gaps.length;
  return { work: (1000 * ((await work()) - before)) / FRAMES, gap: median(gaps), late };
}

async function oneTable(browser, bundles) {
  const page = await openPage(
    { browser, bundles },
    { theme: THEMES.dark, width: 1200, setup: { runs: RUNS }, entry: 'table' },
  );
  await page.waitForSelector('body.ready');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const open = await openingMs(page);
  const filter = await drawMs(page, TYPE, 'lr0 > .005 and state = completed');
  await drawMs(page, TYPE, '');
  const sort = await drawMs(page, SORT, 'map');
  const scrolled = await scroll(page, session);
  await page.close();
  return { open, filter, sort, ...scrolled };
}

const browser = await launchChromium();
try {
  const bundles = await bundlePages();
  const rounds = [];
  for (let i = 0; i < TIMES; i++) rounds.push(await oneTable(browser, bundles));
  const of = (key) => median(rounds.map((round) => round[key]));
  const rows = [
    ['opening', 'open', 'ms', '1000'],
    ['a filter by an expression, typed whole', 'filter', 'ms'],
    ['another order', 'sort', 'ms'],
    ["main thread's work for a frame scrolled by ten rows", 'work', 'ms', '16.7'],
    ['from frame to frame while scrolling', 'gap', 'ms', '16.7'],
    ['frames more than half a frame late', 'late', '', '0'],
  ];
  for (const [what, key, unit, aim] of rows) {
    record(`table of ${RUNS} runs: ${what}`, of(key), unit, aim);
    console.log(`${RUNS} runs, ${what}: ${of(key).toFixed(unit === '' ? 3 : 1)} ${unit}`);
  }
} finally {
  await browser.close();
}
