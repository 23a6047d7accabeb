// Cost of one update of the dashboard of a run of 100,000 steps, on the main thread of a browser without a GPU: the
// page's script, style and layout, and all the rest (paint, the canvases' raster, commit). Once for some steps more,
// which draw the three charts of steps, and once for an epoch more with its checkpoint, which draws all six and the
// tables. The host's share (reducing, thinning, sections) runs inside the bench's own call here and in another process
// in the editor: it is shown separately, and so is the cost of rounds without an update. Medians of rounds. Usage: node
// test/bench/charts.mjs [steps]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launchChromium } from '../e2e/chromium.mjs';
import { bundlePages, pageOf } from '../e2e/page/bundle.mjs';
import { THEMES } from '../e2e/page/themes.mjs';
import { record } from './rows.mjs';

const STEPS = Number(process.argv[2] ?? 100_000);
const STEPS_AN_UPDATE = 8;
const STEPS_AN_EPOCH = 625;
const UPDATES = 20;
const ROUNDS = 5;
const SPARE_STEPS = ROUNDS * UPDATES * (STEPS_AN_UPDATE + STEPS_AN_EPOCH) + 1000;
/** A long run's charts come one an update: after these all six exist. */
const SETTLING_UPDATES = 12;
/** At most ten appends a second reach a page. */
const PERIOD_MS = 110;

async function openPage(browser, folder) {
  const html = path.join(folder, 'page.html');
  const steps = STEPS + SPARE_STEPS;
  // Each epoch ends with two lines that are not a step's.
  const liveFrom = STEPS + Math.floor((3 * STEPS) / STEPS_AN_EPOCH);
  const epochs = Math.ceil((1.25 * steps) / STEPS_AN_EPOCH);
  const setup = { epochs, stepsPerEpoch: STEPS_AN_EPOCH, steps, liveFrom };
  writeFileSync(html, pageOf(await bundlePages(), 'panel', THEMES.dark, setup));
  const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } });
  await page.goto(`file://${html}`);
  await page.waitForSelector('body.ready', { timeout: 60_000 });
  await page.waitForTimeout(1500);
  await updates(page, SETTLING_UPDATES, STEPS_AN_UPDATE);
  return page;
}

async function updates(page, count, steps) {
  for (let i = 0; i < count; i++) {
    await page.evaluate((n) => n > 0 && window.grow(n), steps);
    await page.waitForTimeout(PERIOD_MS);
  }
}

/** Milliseconds an update, by what the main thread did. */
async function round(page, session, steps) {
  const before = await metrics(session);
  await updates(page, UPDATES, steps);
  const after = await metrics(session);
  const of = (name) => (1000 * (after.get(name) - before.get(name))) / UPDATES;
  const bench = of('DevToolsCommandDuration');
  const script = of('ScriptDuration');
  const layout = of('RecalcStyleDuration') + of('LayoutDuration');
  const all = of('TaskDuration') - bench;
  return { script, layout, rest: all - script - layout, all, bench };
}

async function metrics(session) {
  const answer = await session.send('Performance.getMetrics');
  return new Map(answer.metrics.map(({ name, value }) => [name, value]));
}

const median = (rounds, key) => {
  const sorted = rounds.map((r) => r[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)].toFixed(1);
};

function tell(what, rounds) {
  const of = (key) => median(rounds, key);
  record(what, Number(of('all')), 'ms', '16');
  const parts = `script ${of('script')}, style and layout ${of('layout')}, paint, raster and commit ${of('rest')}`;
  console.log(`${what}: ${of('all')} (${parts}); not in it, inside the bench's call: ${of('bench')}`);
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const browser = await launchChromium();
try {
  const page = await openPage(browser, folder);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const rounds = { quiet: [], steps: [], checkpoint: [] };
  for (let i = 0; i < ROUNDS; i++) {
    rounds.quiet.push(await round(page, session, 0));
    rounds.steps.push(await round(page, session, STEPS_AN_UPDATE));
    rounds.checkpoint.push(await round(page, session, STEPS_AN_EPOCH));
  }
  const charts = await page.evaluate(() => document.querySelectorAll('.charts canvas').length);
  console.log(
    `milliseconds of the page's main thread, ${charts} charts over ${STEPS} steps (to reach: 16, idle machine)`,
  );
  tell('update with steps', rounds.steps);
  tell('update with a checkpoint, all charts', rounds.checkpoint);
  tell('as long without an update', rounds.quiet);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
