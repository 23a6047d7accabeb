// What the start of the extension costs its host, in the real VS Code: the window is reloaded some times with a run in
// the workspace and the side panel open. Prints medians. "Load" and "call" are wall time of the host's own clock, from
// the editor's report on its start: reading and running the entry bundle, and activate(). The editor's list of running
// extensions shows their sum. CPU is that of the whole host, every other extension in it, until the runs are listed.
// Usage: node test/bench/activation.mjs [reloads]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launchChromium } from '../e2e/chromium.mjs';
import { startServer } from '../e2e/editor.mjs';
import { recordedRuns } from '../e2e/recorded.mjs';
import { openWorkbench, pageFrame, reloadWindow, runCommand, showPitwall, until } from '../e2e/workbench.mjs';
import { exampleWorkspace } from '../e2e/workspace.mjs';
import { record } from './rows.mjs';
import { askProbe, extensionsWithProbe } from './with-probe.mjs';

const RELOADS = Number(process.argv[2] ?? 9);
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const probe = path.join(folder, 'probe.json');
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The row of the editor's report on its start: | extension | eager | load | call | finish | event | by | */
async function activationOf(page, extension) {
  await runCommand(page, 'Developer: Startup Performance');
  const lines = page.locator('.editor-group-container.active .monaco-editor .view-lines').first();
  const row = await until('the report on the start', async () => {
    await lines.click({ timeout: 5000 });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    const text = await page.evaluate(() => navigator.clipboard.readText());
    return text.split('\n').find((line) => line.includes(extension) && line.includes('|'));
  });
  await page.keyboard.press('Control+F4');
  const [, , load, call] = row
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');
  return { load: Number(load), call: Number(call) };
}

async function oneStart(page) {
  await reloadWindow(page);
  await page.locator('.pane-body .monaco-list-row', { hasText: 'live' }).first().waitFor({ timeout: 60_000 });
  await (await pageFrame(page, 'side')).locator('body.ready').waitFor();
  const { cpu, max } = await askProbe(page, probe);
  return { ...(await activationOf(page, 'pitwall.pitwall')), cpu, max };
}

const workspace = exampleWorkspace();
mkdirSync(workspace.runs, { recursive: true });
await recordedRuns(workspace, ['live']);
const extensions = await extensionsWithProbe(folder);
const server = await startServer({ folder: workspace.dir, extensions, env: { PITWALL_PROBE: probe } });
const browser = await launchChromium();
try {
  const page = await openWorkbench(browser, server.url, { width: 1600, height: 1000 });
  await showPitwall(page);
  const starts = [];
  for (let i = 0; i < RELOADS; i++) starts.push(await oneStart(page));
  const told = (name, of) => {
    const values = starts.map(of);
    record(name.replace(/ \(to reach.*/, ''), median(values), 'ms', /to reach: (\d+)/.exec(name)?.[1]);
    console.log(
      `${name.padEnd(34)} median ${median(values).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms`,
    );
  };
  console.log(`${RELOADS} reloads of the window`);
  told('activation, load (wall)', ({ load }) => load);
  told('activation, call (wall)', ({ call }) => call);
  told('activation, both (to reach: 50)', ({ load, call }) => load + call);
  told('CPU of the host until runs are shown', ({ cpu }) => cpu);
  told('longest hold-up of the host so far', ({ max }) => max);
} finally {
  await browser.close();
  await server.stop();
  workspace.remove();
  rmSync(folder, { recursive: true, force: true });
}
