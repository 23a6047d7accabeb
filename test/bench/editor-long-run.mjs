// A run of a million steps in the real VS Code: from the click on it to its loss on the chart, cold (no cache) and
// warm, and how long the extension host was blocked meanwhile, by a probe that lives in it. Usage: node
// test/bench/editor-long-run.mjs [steps]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launchChromium } from '../e2e/chromium.mjs';
import { startServer } from '../e2e/editor.mjs';
import { recordedRuns } from '../e2e/recorded.mjs';
import { openWorkbench, pageFrame, settle, showPitwall, until } from '../e2e/workbench.mjs';
import { exampleWorkspace } from '../e2e/workspace.mjs';
import { writeLongRun } from './long-run.mjs';
import { record } from './rows.mjs';
import { askProbe, extensionsWithProbe } from './with-probe.mjs';

const STEPS = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const report = path.join(folder, 'probe.json');

const heldUp = async (page) => (await askProbe(page, report)).max;

async function open(browser, { extensions, workspace }, label) {
  const server = await startServer({ folder: workspace.dir, extensions, env: { PITWALL_PROBE: report } });
  try {
    const page = await openWorkbench(browser, server.url, { width: 1600, height: 1000 });
    await showPitwall(page);
    const row = page.locator('.pane-body .monaco-list-row', { hasText: 'long' }).first();
    await row.waitFor({ timeout: 60_000 });
    await settle(12_000);
    await heldUp(page);
    const start = Date.now();
    await row.click();
    const panel = await pageFrame(page, 'panel');
    const loss = panel.locator('#chart-loss .surface');
    await until('the loss', async () => /loss now/.test((await loss.getAttribute('aria-label')) ?? ''), {
      timeoutMs: 120_000,
      everyMs: 20,
    });
    const seconds = ((Date.now() - start) / 1000).toFixed(2);
    await settle(1500);
    const held = (await heldUp(page)).toFixed(0);
    record(
      `a run of a million steps in the editor, ${label}`,
      Number(seconds),
      's',
      label === 'cold' ? '4' : '1',
    );
    console.log(
      `${label}: ${seconds} s from the click to the loss on the chart, host held up at most ${held} ms`,
    );
    await page.context().close();
  } finally {
    await server.stop();
  }
}

const workspace = exampleWorkspace();
mkdirSync(workspace.runs, { recursive: true });
// The newest run is opened without a click: that must not be the long one.
await recordedRuns(workspace, ['pcb-nano-1']);
await writeLongRun(path.join(workspace.runs, 'long'), STEPS);
const extensions = await extensionsWithProbe(folder);
const browser = await launchChromium();
try {
  console.log(
    `a run of ${STEPS} steps in the real VS Code (to reach: 4 s cold, 1 s warm, never held up 50 ms)`,
  );
  await open(browser, { extensions, workspace }, 'cold');
  await open(browser, { extensions, workspace }, 'warm');
} finally {
  await browser.close();
  workspace.remove();
  rmSync(folder, { recursive: true, force: true });
}
