// Cost of one update of the dashboard with six charts of 100,000 points each: milliseconds of the browser's main thread,
// with the host's share (thinning, sections) in them, since both run in one page here. Usage: node test/bench/charts.mjs [steps]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launchChromium } from '../e2e/chromium.mjs';
import { bundlePages, pageOf } from '../e2e/page/bundle.mjs';
import { THEMES } from '../e2e/page/themes.mjs';

const STEPS = Number(process.argv[2] ?? 100_000);
const UPDATES = 60;
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const html = path.join(folder, 'page.html');
const setup = { epochs: 200, stepsPerEpoch: 625, steps: STEPS + 2000, liveFrom: Math.floor(STEPS * 1.003) };
writeFileSync(html, pageOf(await bundlePages(), 'panel', THEMES.dark, setup));

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } });
await page.goto(`file://${html}`);
await page.waitForSelector('body.ready', { timeout: 60_000 });
await page.waitForTimeout(1500);
const session = await page.context().newCDPSession(page);
await session.send('Performance.enable');
const busy = async () => {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((m) => m.name === name)?.value ?? 0;
  return { task: of('TaskDuration'), script: of('ScriptDuration') };
};
const before = await busy();
for (let i = 0; i < UPDATES; i++) {
  await page.evaluate(() => window.grow(8));
  await page.waitForTimeout(110);
}
const after = await busy();
const points = await page.evaluate(() => document.querySelectorAll('#app canvas').length);
const perUpdate = (key) => ((1000 * (after[key] - before[key])) / UPDATES).toFixed(1);
console.log(
  `an update of ${points - 1} charts over ${STEPS} steps: ${perUpdate('script')} ms of script, ${perUpdate('task')} ms of the main thread in all (to reach: 16, idle machine)`,
);
await browser.close();
rmSync(folder, { recursive: true, force: true });
