// Pictures of every view in three themes, for people; and that each theme was really read.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { processesOf } from '../processes.mjs';
import { recordedRuns } from '../recorded.mjs';
import { expect } from '../suite.mjs';
import {
  frameSaying,
  openFile,
  openWorkbench,
  pageFrame,
  patienceOf,
  runAndChoose,
  runCommand,
  settle,
  showPitwall,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';
import { hoverOn } from './editing.mjs';

const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  contrast: 'Default High Contrast',
};

export async function looks({ suite, browser, extensions }) {
  const workspace = exampleWorkspace();
  mkdirSync(workspace.runs, { recursive: true });
  await recordedRuns(workspace);
  for (const [name, theme] of Object.entries(THEMES)) {
    const server = await startServer({
      folder: workspace.dir,
      extensions,
      settings: { 'workbench.colorTheme': theme },
    });
    const page = await openWorkbench(browser, server.url, { width: 1500, height: 950 });
    await suite.test(`every view in ${theme}`, { pages: () => [page], log: server.log }, async () => {
      await tour(page, (view) =>
        page.screenshot({ path: path.join(suite.artifacts, `${view}-${name}.png`) }),
      );
    });
    await page.context().close();
    await server.stop();
  }
  await questions({ suite, browser, extensions, workspace });
  await inChinese({ suite, browser, extensions, workspace });
  workspace.remove();
}

/**
 * What only a person can answer: what to do with the trash, and whether a run that another boot kept may be resumed
 * here.
 */
async function questions({ suite, browser, extensions, workspace }) {
  await recordedRuns(workspace, ['live']);
  const status = path.join(workspace.runs, 'live/status.json');
  const { keeper, ...rest } = JSON.parse(readFileSync(status, 'utf8'));
  const before = { ...keeper, host: os.hostname(), boot: 'the boot before this one' };
  writeFileSync(path.join(workspace.runs, 'live/keeper.1.lock'), JSON.stringify(before));
  writeFileSync(status, JSON.stringify({ ...rest, keeper: before, heartbeat: Date.now() - 3_600_000 }));
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url, { width: 1500, height: 950 });
  const shoot = async (view) => {
    await settle(600);
    await page.screenshot({ path: path.join(suite.artifacts, `${view}-dark.png`) });
  };
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  const row = (text) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  const dialog = page.locator('.monaco-dialog-box');
  await test('questions: the trash is asked for in the menus, and names what it would delete', async () => {
    await showPitwall(page);
    const entry = page.locator('.monaco-menu .action-item', { hasText: 'Move Run to Trash' }).first();
    // A list that is drawn again under the pointer closes the menu.
    await until('the menu', async (tries) => {
      await row('pcb-nano-hot').click({ button: 'right', timeout: patienceOf(tries) });
      await entry.waitFor({ timeout: patienceOf(tries) });
      return true;
    });
    await shoot('trash-menu');
    await page.keyboard.press('Escape');
    await runAndChoose(page, 'Pitwall: Move Run to Trash', ['pcb-nano-hot']);
    await page.locator('.notification-toast', { hasText: 'is in the trash' }).first().waitFor();
    await shoot('trash-moved');
    await runCommand(page, 'Pitwall: Restore Run from Trash');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'pcb-nano-hot' }).first().waitFor();
    await shoot('trash-restore');
    await page.keyboard.press('Escape');
    await runCommand(page, 'Pitwall: Empty Trash');
    await dialog.waitFor();
    expect(/pcb-nano-hot/.test(await dialog.textContent()), 'what would be deleted');
    await shoot('trash-empty');
    await page.keyboard.press('Escape');
    await runAndChoose(page, 'Pitwall: Restore Run from Trash', ['pcb-nano-hot']);
    await row('pcb-nano-hot').waitFor();
  });
  await test('questions: a run that was kept before a restart says so, and is taken over only on a person’s word', async () => {
    await row('live').click();
    await pageFrame(page, 'panel', 'live');
    await settle(1500);
    await shoot('kept-elsewhere');
    await runAndChoose(page, 'Pitwall: Resume', ['live']);
    await dialog.waitFor();
    await shoot('take-over');
    await page.keyboard.press('Escape');
    expect(processesOf(workspace.runs).length === 0, 'nothing was started');
  });
  await page.context().close();
  await server.stop();
  rmSync(path.join(workspace.runs, 'live'), { recursive: true });
}

/** Manifest, host and pages all speak the editor's language. */
async function inChinese({ suite, browser, extensions, workspace }) {
  const server = await startServer({ folder: workspace.dir, extensions, locale: 'zh-cn' });
  const page = await openWorkbench(browser, server.url, { width: 1500, height: 950, locale: 'zh-CN' });
  await suite.test(
    'an editor in Simplified Chinese gets everything in Chinese',
    { pages: () => [page], log: server.log },
    async () => {
      await openFile(page, 'pcb.train.yaml');
      await until('the lens', () =>
        page.locator('.codelens-decoration', { hasText: '开始训练' }).first().isVisible(),
      );
      await showPitwall(page);
      await page.locator('.pane-header', { hasText: '检查点' }).first().waitFor();
      await page.locator('.monaco-list-row', { hasText: 'pcb-nano-1' }).first().click();
      const panel = await pageFrame(page, 'panel');
      await panel.locator('body.ready').waitFor();
      await until('the state', async () => /已完成/.test(await panel.locator('.state').textContent()));
      await settle(1500);
      // Words of the page itself; class names, settings and the trainer's own log lines are data.
      const words =
        '.facts, .tile .label, .chart-title, .segment, .smoothing, thead th, vscode-panel-tab, vscode-button';
      const texts = await panel.locator(words).allTextContents();
      const latin = texts.join(' ').match(/[A-Za-z]{3,}\d*/g) ?? [];
      const left = latin.filter((word) => !/^(WebGPU|RTX|mAP\d*)$/.test(word));
      expect(left.length === 0, `left in English: ${left.join(' ')}`);
      await page.screenshot({ path: path.join(suite.artifacts, 'chinese.png') });
    },
  );
  await page.context().close();
  await server.stop();
}

async function tour(page, shoot) {
  await openFile(page, 'pcb.train.yaml');
  await showPitwall(page);
  await page.locator('.monaco-list-row', { hasText: 'pcb-nano-1' }).first().click();
  const panel = await pageFrame(page, 'panel');
  await panel.locator('body.ready').waitFor();
  await settle(1500);
  const themed = await panel.evaluate(
    () => getComputedStyle(document.body).getPropertyValue('--vscode-editor-background') !== '',
  );
  expect(themed, 'theme variables reach the page');
  await shoot('dashboard');
  await hoverOn(page, 'warmup_epochs');
  await page.locator('.monaco-hover img').first().waitFor();
  await settle(600);
  await shoot('hover');
  await page.keyboard.press('Escape');
  for (const tab of ['classes', 'images', 'settings', 'log']) {
    await panel.locator(`#tab-${tab}`).click();
    await settle(900);
    await panel.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await settle(500);
    await shoot(`tab-${tab}`);
  }
  await runAndChoose(page, 'Pitwall: Compare Runs', ['pcb-nano-1', 'pcb-micro-1']);
  await frameSaying(page, '.tiles', /95 %: /);
  await settle(800);
  await shoot('comparison');
  await openFile(page, 'pcb.train.yaml');
  await runCommand(page, 'Pitwall: Preview Learning Rate');
  await settle(2500);
  await shoot('preview');
  await until('editor', () => page.locator('.tab', { hasText: 'pcb.train.yaml' }).first().isVisible());
}
