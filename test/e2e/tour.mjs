// The pictures of README and docs: two real runs of the example, trained here, in a real VS Code. Usage: node tour.mjs
// Takes about three minutes on two cores; writes media/tour.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import sharp from 'sharp';
import { packageTarget } from '../../src/build/package.mjs';
import { launchChromium } from './chromium.mjs';
import { installVsix, startServer } from './editor.mjs';
import { hoverOn } from './suites/editing.mjs';
import {
  frameSaying,
  openFile,
  openWorkbench,
  pageFrame,
  runAndChoose,
  settle,
  showPitwall,
} from './workbench.mjs';
import { exampleWorkspace } from './workspace.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const tour = path.join(root, 'media/tour');
const RUNS = { 'pcb-nano': [], 'pcb-long-warmup': ['--set', 'warmup_epochs=6'] };

function train(config, name, args) {
  const cli = [path.join(root, 'dist/cli.js'), 'train', config, '--name', name, ...args];
  const { status } = spawnSync(process.execPath, cli, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the run ${name} ended with ${status}`);
}

async function shoot(page, name, clip) {
  await settle(900);
  const picture = await page.screenshot(clip ? { clip } : {});
  await sharp(picture)
    .png({ palette: true, quality: 90 })
    .toFile(path.join(tour, `${name}.png`));
}

/** What a person does first: the config, a hover, a run, two runs. */
async function visit(page) {
  await showPitwall(page);
  await openFile(page, 'pcb.train.yaml');
  const side = await pageFrame(page, 'side');
  await side.locator('body.ready').waitFor();
  await hoverOn(page, 'warmup_epochs');
  await page.locator('.monaco-hover img').first().waitFor();
  await shoot(page, 'hover');
  await page.keyboard.press('Escape');
  await page.locator('.monaco-list-row', { hasText: 'pcb-nano' }).first().click();
  const panel = await pageFrame(page, 'panel', 'pcb-nano');
  await panel.locator('body.ready').waitFor();
  await shoot(page, 'dashboard');
  await shoot(page, 'side', { x: 0, y: 0, width: 360, height: 900 });
  await runAndChoose(page, 'Pitwall: Compare Runs', Object.keys(RUNS));
  await frameSaying(page, '.tiles', /95\s%/);
  await shoot(page, 'comparison');
}

const workspace = exampleWorkspace();
for (const [name, args] of Object.entries(RUNS)) train(workspace.config, name, args);
const extensions = installVsix(await packageTarget(`${process.platform}-${process.arch}`));
const server = await startServer({ folder: workspace.dir, extensions });
const browser = await launchChromium();
try {
  await visit(await openWorkbench(browser, server.url, { width: 1440, height: 900 }));
} finally {
  await browser.close();
  await server.stop();
  workspace.remove();
}
